//! How many instructions a capture takes, counted by callgrind: a timing would tell of the machine.

#![cfg(all(feature = "capture", target_arch = "x86_64", target_os = "linux"))]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{cargo, run};

/// Instructions of each thing that the program does, `count` times, in one run of it.
fn instructions(program: &Path, count: u64, things: &[&str]) -> Vec<f64> {
    let folder = program.with_file_name(format!("callgrind-{count}-{}", things[0]));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--dump-before=listing::mark"]);
    valgrind.arg(format!("--callgrind-out-file={}", folder.join("out").display()));
    run(valgrind.arg(program).arg(count.to_string()).args(things));
    // A file for each mark, of what was done since the last one.
    let in_file = |nth: usize| -> f64 {
        let text = fs::read_to_string(folder.join(format!("out.{nth}"))).expect("a file");
        let summary = text.lines().find_map(|line| line.strip_prefix("summary: "));
        summary.and_then(|number| number.trim().parse().ok()).expect("a number")
    };
    let marks = fs::read_dir(&folder).expect("the folder").count() - 1;
    (1..=marks / 2).map(|nth| in_file(2 * nth)).collect()
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
    const COUNT: u64 = 1_000;
    let Some(program) = program() else { return };
    // In rings of 16 values, and in rings of the default size. Of a large value, a byte is an
    // instruction where `memcpy` is `rep movsb`.
    let bounds = [
        ("scalar", 116.0),
        ("indexed", 186.0),
        ("row", 171.0),
        ("map", 302.0),
        ("large", 23_200.0),
        ("tensor", 1_680.0),
        ("wide-scalar", 105.0),
        ("wide-indexed", 173.0),
        ("wide-row", 159.0),
        ("shapes", 1_080.0),
        ("filtered", 228.0),
    ];
    let mut things = vec!["nothing", "inactive", "inactive-by-hand"];
    things.extend(bounds.map(|(what, _)| what));
    let counts = instructions(&program, COUNT, &things);
    let counts: Vec<f64> = counts.iter().map(|n| (n - counts[0]) / COUNT as f64).collect();
    let in_memory = |what| instructions(&program, COUNT, &["nothing", what]);
    let in_memory = ["memory-10", "memory-1000"].map(in_memory);
    let [few, many] = in_memory.map(|counts| (counts[1] - counts[0]) / COUNT as f64);

    let (inactive, by_hand) = (counts[1], counts[2]);
    println!("inactive {inactive}, by hand {by_hand}");
    assert!(inactive <= by_hand * 1.1, "inactive {inactive}, by hand {by_hand}");
    for ((what, bound), count) in bounds.iter().zip(&counts[3..]) {
        println!("{what} {count}");
        assert!(count <= bound, "{what}: {count} instructions, the bound is {bound}");
    }

    // What the memory holds does not matter, but for the end of a ring that is met more often in a small one.
    println!("memory-10 {few}, memory-1000 {many}");
    assert!(many <= 590.0, "{many} instructions");
    assert!((few - many).abs() <= 0.03 * many, "with 10 values {few}, with 1000 {many}");
}

/// What is done once for all keys takes no longer for each of them where there are more.
#[test]
fn ten_times_the_keys_take_ten_times_the_instructions() {
    let Some(program) = program() else { return };
    let things = ["keys-report", "keys-explain", "keys-cache", "keys-export", "keys-drain"];
    let [few, many] = [1_000, 10_000].map(|count| {
        let counts = instructions(&program, count, &things);
        counts.into_iter().map(move |instructions| instructions / count as f64)
    });
    // The first hits come before everything.
    for ((what, few), many) in ["keys-hit"].iter().chain(&things).zip(few).zip(many) {
        println!("{what}: {few} and {many} instructions a key");
        // Sorting, and a heap of keys, have a logarithm in them.
        assert!(many <= 1.5 * few, "{what}: {few} and {many} instructions a key");
    }
}
