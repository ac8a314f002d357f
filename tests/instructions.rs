//! How many instructions a capture takes, counted by callgrind: a timing would tell of the machine.

#![cfg(all(feature = "capture", target_arch = "x86_64", target_os = "linux"))]

mod support;

use std::path::Path;
use std::process::Command;

use support::{cargo, run};

/// Instructions for one more of `what`.
fn instructions(program: &Path, what: &str) -> f64 {
    let [few, many] = [1_000_u64, 11_000].map(|count| {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        let output = run(valgrind.arg(program).arg(what).arg(count.to_string()));
        let collected = output.lines().find_map(|line| line.split_once("Collected :"));
        let collected = collected.and_then(|(_, number)| number.trim().parse::<u64>().ok());
        collected.unwrap_or_else(|| panic!("no count in {output}"))
    });
    (many - few) as f64 / 10_000.0
}

/// The bounds are a tenth above what rustc 1.95 gives, memcpy and the call through a pointer included.
#[test]
fn a_capture_takes_no_more_instructions_than_it_did() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return eprintln!("skipped: valgrind is not installed");
    }
    let (mut cargo, folder) = cargo("build", "listing-instructions");
    run(cargo.args(["--release", "--features", "lines,capture,std"]));
    let program = folder.join("release/listing");
    let nothing = instructions(&program, "nothing");
    let count = |what| instructions(&program, what) - nothing;

    let (inactive, by_hand) = (count("inactive"), count("inactive-by-hand"));
    println!("inactive {inactive}, by hand {by_hand}");
    assert!(inactive <= by_hand * 1.1, "inactive {inactive}, by hand {by_hand}");

    // In rings of 16, where a chunk is full after 64 values, and in rings of the default size. Of a large value, a byte is an
    // instruction where `memcpy` is `rep movsb`.
    let bounds = [
        ("scalar", 196.0),
        ("indexed", 286.0),
        ("row", 249.0),
        ("map", 381.0),
        ("large", 23_300.0),
        ("tensor", 2_094.0),
        ("wide-scalar", 101.0),
        ("wide-indexed", 192.0),
        ("wide-row", 164.0),
        ("memory-1000", 632.0),
    ];
    for (what, bound) in bounds {
        let count = count(what);
        println!("{what} {count}");
        assert!(count <= bound, "{what}: {count} instructions, the bound is {bound}");
    }

    // What the memory holds does not matter, but for the end of a ring that is met more often in a small one.
    let (few, many) = (count("memory-10"), count("memory-1000"));
    println!("memory-10 {few}");
    assert!((few - many).abs() <= 0.03 * many, "with 10 values {few}, with 1000 {many}");
}
