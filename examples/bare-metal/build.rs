//! Puts `memory.x` where the linker finds it.

use std::{env, fs, path::Path};

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let out = Path::new(&out);
    fs::copy("memory.x", out.join("memory.x")).expect("a folder to write to");
    println!("cargo:rustc-link-search={}", out.display());
    // Cargo by itself does not link again when only this file has changed.
    println!("cargo:rerun-if-changed=memory.x");
    println!("cargo:rerun-if-changed=build.rs");
}
