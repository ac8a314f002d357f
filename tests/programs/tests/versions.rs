//! Two versions of the crate in one program: each has a store and features of its own.
#![cfg(feature = "capture")]
#![deny(warnings)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const FOLDER: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/versions");

/// A package of one source file.
fn write_package(name: &str, source: &str, manifest: &str) {
    let folder = Path::new(FOLDER).join(name);
    let file = if name == "program" { "main.rs" } else { "lib.rs" };
    fs::create_dir_all(folder.join("src")).expect("a folder");
    fs::write(folder.join("src").join(file), source).expect("a source file");
    let package =
        format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
    fs::write(folder.join("Cargo.toml"), package + manifest).expect("a manifest");
}

/// The crate, as version 0.2.0.
fn write_newer(crate_folder: &Path) {
    let newer = Path::new(FOLDER).join("newer");
    let manifest = fs::read_to_string(crate_folder.join("Cargo.toml")).expect("the manifest");
    // What comes behind is of its examples and tests.
    let (manifest, _) = manifest.split_once("[[example]]").expect("the examples");
    assert!(manifest.contains("[dependencies]"), "{manifest}");
    let manifest = manifest.replacen("version = \"0.1.0\"", "version = \"0.2.0\"", 1);
    assert!(manifest.contains("0.2.0"), "{manifest}");
    fs::create_dir_all(&newer).expect("a folder");
    fs::write(newer.join("Cargo.toml"), manifest).expect("a manifest");
    copy(&crate_folder.join("src"), &newer.join("src"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).expect("a file");
        }
    }
}

fn cargo(command: &str, features: &str) -> Command {
    let mut cargo = support::cargo(command);
    cargo.args([
        "--manifest-path",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/versions/program/Cargo.toml"),
    ]);
    cargo.args(["--features", features]);
    cargo
}

#[test]
fn each_version_has_a_store_and_features_of_its_own() {
    let crate_folder: PathBuf = Path::new(HERE).join("../..");
    let source =
        |name| fs::read_to_string(Path::new(HERE).join("versions").join(name)).expect("a file");
    write_newer(&crate_folder);
    let older = format!("path = {crate_folder:?}");
    write_package(
        "user",
        &source("user.rs"),
        &format!("[dependencies]\nanycapture = {{ {older} }}\n"),
    );
    let program = format!(
        "[features]\nboth = [\"older/capture\"]\n[dependencies]\nuser = {{ path = \"../user\" }}\n\
         newer = {{ package = \"anycapture\", path = \"../newer\", features = [\"capture\"] }}\n\
         older = {{ package = \"anycapture\", {older} }}\n[workspace]\n"
    );
    write_package("program", &source("program.rs"), &program);
    // The dependencies are those of this package.
    fs::copy(Path::new(HERE).join("Cargo.lock"), Path::new(FOLDER).join("program/Cargo.lock"))
        .expect("the lock file");

    assert_eq!(support::run(&mut cargo("run", "")), "the library's lines are off\n");
    assert_eq!(support::run(&mut cargo("run", "both")), "two stores\n");
    let mut tree = Command::new(std::env::var("CARGO").unwrap_or("cargo".into()));
    tree.args(["tree", "--duplicates", "--depth", "0"])
        .current_dir(Path::new(FOLDER).join("program"));
    let duplicates = support::run(&mut tree);
    assert!(
        duplicates.contains("anycapture v0.1.0") && duplicates.contains("anycapture v0.2.0"),
        "{duplicates}"
    );
}
