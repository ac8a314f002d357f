//! How many instructions a capture takes, counted by callgrind: a timing would tell of the machine.

#![cfg(all(feature = "capture", target_arch = "x86_64", target_os = "linux"))]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{cargo, run};

/// Instructions of the program when it does `what` so many times.
fn collected(program: &Path, what: &str, count: u64) -> f64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let output = run(valgrind.arg(program).arg(what).arg(count.to_string()));
    let collected = output.lines().find_map(|line| line.split_once("Collected :"));
    let collected = collected.and_then(|(_, number)| number.trim().parse().ok());
    collected.unwrap_or_else(|| panic!("no count in {output}"))
}

/// Instructions for one more of `what`, of which a large one takes valgrind a millisecond.
fn instructions(program: &Path, what: &str) -> f64 {
    let count = if what == "large" { 100 } else { 1_000 };
    let more = collected(program, what, 11 * count) - collected(program, what, count);
    more / (10 * count) as f64
}

/// The program in `tests/machine_code`, if there is something to count its instructions.
fn program() -> Option<PathBuf> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("skipped: valgrind is not installed");
        return None;
    }
    let (mut cargo, folder) = cargo("build", "listing-capture");
    run(cargo.args(["--release", "--features", "lines,capture,std"]));
    Some(folder.join("release/listing"))
}

/// The bounds are a tenth above what rustc 1.95 gives, memcpy and the call through a pointer included.
#[test]
fn a_capture_takes_no_more_instructions_than_it_did() {
    let Some(program) = program() else { return };
    let nothing = instructions(&program, "nothing");
    let count = |what| instructions(&program, what) - nothing;

    let (inactive, by_hand) = (count("inactive"), count("inactive-by-hand"));
    println!("inactive {inactive}, by hand {by_hand}");
    assert!(inactive <= by_hand * 1.1, "inactive {inactive}, by hand {by_hand}");

    // In rings of 16 values, and in rings of the default size. Of a large value, a byte is an
    // instruction where `memcpy` is `rep movsb`.
    let bounds = [
        ("scalar", 116.0),
        ("indexed", 207.0),
        ("row", 166.0),
        ("map", 292.0),
        ("large", 23_300.0),
        ("tensor", 2_094.0),
        ("wide-scalar", 99.0),
        ("wide-indexed", 190.0),
        ("wide-row", 164.0),
        ("memory-1000", 647.0),
        ("shapes", 1_409.0),
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

/// What is done once for all keys takes no longer for each of them where there are more.
#[test]
fn ten_times_the_keys_take_ten_times_the_instructions() {
    let Some(program) = program() else { return };
    let counts = [1_000, 10_000];
    let hits = counts.map(|count| collected(&program, "keys-hit", count));
    for what in ["hit", "report", "explain", "cache", "drain", "export"] {
        let each = |nth: usize| {
            let all = || collected(&program, &format!("keys-{what}"), counts[nth]) - hits[nth];
            (if what == "hit" { hits[nth] } else { all() }) / counts[nth] as f64
        };
        let (few, many) = (each(0), each(1));
        println!("{what}: {few} and {many} instructions a key");
        // Sorting, and a heap of keys, have a logarithm in them.
        assert!(many <= 1.5 * few, "{what}: {few} and {many} instructions a key");
    }
}
