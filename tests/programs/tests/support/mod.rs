//! Runs cargo and the programs it makes.

use std::process::Command;

/// A `cargo` with a target folder of its own.
pub fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or("cargo".into()));
    cargo.args([command, "--quiet", "--target-dir"]);
    cargo.arg(concat!(env!("CARGO_TARGET_TMPDIR"), "/built"));
    cargo
}

/// Runs it, and gives what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
