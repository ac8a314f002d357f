//! Without the feature the program still runs the model, and says why there are no pictures.
#![cfg(not(feature = "capture"))]

use std::{fs, path::Path, process::Command};

#[test]
fn program_without_the_feature_classifies_and_says_that_nothing_was_captured() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("off");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_vit")).current_dir(&folder).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert!(stdout.starts_with("This is a 5 ("), "{stdout}");
    assert!(stdout.contains("Nothing was captured: build with `--features capture`"), "{stdout}");
    assert!(!folder.join("target").exists(), "no pictures");
}
