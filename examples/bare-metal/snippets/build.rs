//! Extracts the snippets of the chapter. Those of the two frameworks are not compiled here: their lines must be in the programs that
//! are run.

use std::{env, fs, path::Path};

const CHAPTER: &str = "../../../docs/embedding.md";

/// The first snippet after a text.
fn snippet<'a>(chapter: &'a str, before: &str) -> &'a str {
    let (_, behind) = chapter.split_once(before).expect(before);
    let (_, code) = behind.split_once("```rust,ignore\n").expect("a snippet");
    code.split_once("```").expect("its end").0
}

fn main() {
    let chapter = fs::read_to_string(CHAPTER).expect(CHAPTER);
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let snippets = [
        ("first.rs", "\n## In a few lines"),
        ("stream.rs", "\nA serial port, with any"),
        ("serial.rs", "\nA serial port that"),
        ("rtt.rs", "\nA debug probe"),
        ("reset.rs", "\n## After a reset"),
    ];
    for (name, before) in snippets {
        let code = snippet(&chapter, before);
        fs::write(Path::new(&out).join(name), format!("{{\n{code}}}\n"))
            .expect("a folder to write to");
    }
    let programs = [
        ("../tasks/src/bin/rtic.rs", "\nWith RTIC"),
        ("../tasks/src/bin/embassy.rs", "\nWith embassy"),
    ];
    for (file, before) in programs {
        let program = fs::read_to_string(file).expect(file);
        let has = |line: &str| program.lines().any(|other| other.trim() == line);
        for line in snippet(&chapter, before).lines().map(str::trim) {
            assert!(line.starts_with("// ...") || has(line), "{file} is without the line {line}");
        }
        println!("cargo:rerun-if-changed={file}");
    }
    println!("cargo:rerun-if-changed={CHAPTER}");
    println!("cargo:rerun-if-changed=build.rs");
}
