//! What a line costs while scopes live, in instructions, counted by callgrind: a timing would tell of the machine.
#![cfg(all(feature = "capture", target_arch = "x86_64", target_os = "linux"))]
#![deny(warnings)]

mod support;

use std::process::Command;

/// Instructions of the program that hits so many lines.
fn collected(place: &str, switch: &str, count: u64) -> f64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(concat!(env!("CARGO_TARGET_TMPDIR"), "/built/release/lines"));
    let output = valgrind.args([place, switch, &count.to_string()]).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    count.unwrap_or_else(|| panic!("no count in {text}"))
}

/// The bounds are a tenth above what rustc 1.95 gives.
#[test]
fn a_line_costs_the_same_while_no_scope_lives_and_little_more_while_one_lives_elsewhere() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("skipped: valgrind is not installed");
        return;
    }
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut cargo = support::cargo("build");
    cargo.args(["--release", "--bin", "lines", "--features", "capture", "--manifest-path"]);
    support::run(cargo.arg(manifest));
    for (switch, elsewhere_bound, inside_bound) in
        [("inactive", 31.0, 55.0), ("active", 134.0, 701.0)]
    {
        let one =
            |place| (collected(place, switch, 11_000) - collected(place, switch, 1_000)) / 10_000.0;
        let (none, ended) = (one("none"), one("ended"));
        let (elsewhere, inside) = (one("elsewhere"), one("inside"));
        println!("{switch}: {none}, {ended}, elsewhere {elsewhere}, inside {inside}");
        assert!((none - ended).abs() < 0.1, "{switch}: {none} before any scope, {ended} after");
        assert!(elsewhere <= elsewhere_bound, "{switch}: {elsewhere} with a scope elsewhere");
        assert!(inside <= inside_bound, "{switch}: {inside} in a scope");
    }
}
