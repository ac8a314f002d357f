//! Compiles the package in `tests/machine_code`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A `cargo` on that package, with a target folder of its own.
pub fn cargo(command: &str, name: &str) -> (Command, PathBuf) {
    cargo_of(&std::env::var("CARGO").unwrap_or("cargo".into()), command, name)
}

/// The same with the `cargo` of another toolchain.
pub fn cargo_of(program: &str, command: &str, name: &str) -> (Command, PathBuf) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine_code");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut cargo = Command::new(program);
    cargo.arg(command).arg("--manifest-path").arg(package.join("Cargo.toml"));
    cargo.args(["--quiet", "--target-dir"]).arg(&target);
    // Flags of the outer build, for coverage say, would be seen in the code.
    for flags in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER"] {
        cargo.env_remove(flags);
    }
    (cargo, target)
}

/// Runs it, and gives what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned() + &errors
}
