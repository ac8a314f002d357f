//! Takes the snippets out of the chapter.

use std::{env, fs, path::Path};

const CHAPTER: &str = "../../../docs/embedding.md";

fn main() {
    let chapter = fs::read_to_string(CHAPTER).expect(CHAPTER);
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let snippets = [
        ("stream.rs", "\nA serial port, by any"),
        ("serial.rs", "\nA serial port whose"),
        ("rtt.rs", "\nA debug probe"),
    ];
    for (name, before) in snippets {
        let (_, behind) = chapter.split_once(before).expect(before);
        let (_, code) = behind.split_once("```rust,ignore\n").expect("a snippet");
        let (code, _) = code.split_once("```").expect("its end");
        fs::write(Path::new(&out).join(name), format!("{{\n{code}}}\n"))
            .expect("a folder to write to");
    }
    println!("cargo:rerun-if-changed={CHAPTER}");
    println!("cargo:rerun-if-changed=build.rs");
}
