//! Golden files: when they are written, and when a test fails.
#![allow(clippy::float_cmp)] // values come back as they went in

mod support;

use std::path::Path;
use std::process::{Command, Output};

use anycapture_tools::{Recording, Tolerance, golden};
use support::Writer;

/// Runs `golden` in a process of its own, so that its environment can be chosen.
fn run(path: &Path, element: &str, environment: &[(&str, &str)]) -> Output {
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "in_another_process", "--ignored", "--nocapture"])
        .env_remove("CI")
        .env_remove("ANYCAPTURE_GOLDEN")
        .env("RUST_BACKTRACE", "0")
        .env("GOLDEN_PATH", path)
        .env("GOLDEN_ELEMENT", element)
        .envs(environment.iter().copied());
    test.output().unwrap()
}

#[test]
#[ignore = "run by the others"]
fn in_another_process() {
    let path = std::env::var_os("GOLDEN_PATH").unwrap();
    let recording = match std::env::var("GOLDEN_ELEMENT").unwrap().parse() {
        Ok(element) => Writer::new().f32("f.x", &[1, 1], &[element]).recording(),
        Err(_) => Writer::new().recording(),
    };
    golden(path, recording, Tolerance::absolute(0.1));
}

fn element(path: &Path) -> f64 {
    Recording::load(path).unwrap().get("f.x").unwrap().get(0).unwrap().to_f64()[0]
}

#[test]
fn the_first_run_writes_and_later_ones_compare() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new folder/x.safetensors");
    assert!(run(&path, "1.0", &[]).status.success());
    assert!(run(&path, "1.0625", &[]).status.success());
    assert_eq!(element(&path), 1.0);

    let failed = run(&path, "1.5", &[]);
    assert!(!failed.status.success());
    let said = String::from_utf8(failed.stderr).unwrap();
    assert!(
        said.contains("The two part at `f.x`, call 0, element [0]: 1.5, the reference has 1.0"),
        "{said}"
    );
    assert!(said.contains("ANYCAPTURE_GOLDEN=write"));
    let new = path.with_file_name("x.new.safetensors");
    assert_eq!((element(&path), element(&new)), (1.0, 1.5));

    assert!(run(&path, "1.0", &[]).status.success());
    assert!(!new.exists());
}

#[test]
fn an_environment_variable_writes_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.safetensors");
    assert!(run(&path, "1.0", &[]).status.success());
    assert!(!run(&path, "2.0", &[]).status.success());
    assert!(run(&path, "2.0", &[("ANYCAPTURE_GOLDEN", "write")]).status.success());
    assert_eq!(element(&path), 2.0);
    assert!(!path.with_file_name("x.new.safetensors").exists());
}

#[test]
fn a_missing_file_fails_in_continuous_integration() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.safetensors");
    let failed = run(&path, "1.0", &[("CI", "true")]);
    assert!(!failed.status.success() && !path.exists());
    assert!(String::from_utf8(failed.stderr).unwrap().contains("x.safetensors is missing: "));
}

#[test]
fn nothing_captured_is_never_golden() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.safetensors");
    let failed = run(&path, "nothing", &[("ANYCAPTURE_GOLDEN", "write")]);
    assert!(!failed.status.success() && !path.exists());
    assert!(String::from_utf8(failed.stderr).unwrap().contains("nothing was captured"));
}

#[test]
fn a_damaged_file_fails_and_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.safetensors");
    std::fs::write(&path, "damaged").unwrap();
    assert!(!run(&path, "1.0", &[]).status.success());
    assert_eq!(std::fs::read(&path).unwrap(), b"damaged");
}
