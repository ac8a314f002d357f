//! Without the feature the program still runs the model, and says why there are no pictures.
#![cfg(not(feature = "capture"))]

mod small;

use std::process::Command;

#[test]
fn program_without_the_feature_says_that_nothing_was_captured() {
    let folder = small::folder("off");
    let output = Command::new(env!("CARGO_BIN_EXE_candle-bert"))
        .current_dir(&folder)
        .args(["--model", "."])
        .output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert!(stdout.contains("Nothing was captured: build with `--features capture`"), "{stdout}");
    assert!(!folder.join("target").exists(), "no pictures");
}
