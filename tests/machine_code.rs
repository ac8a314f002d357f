//! Without the `capture` feature a function is the same machine code with capture lines as without; with it,
//! an inactive line is no longer than a check by hand.

mod support;

use std::collections::HashMap;
use std::fs;
#[cfg(target_arch = "x86_64")]
use std::path::PathBuf;
use std::process::Command;
#[cfg(target_arch = "x86_64")]
use std::sync::OnceLock;

use support::{cargo, cargo_of, run};

const FUNCTIONS: [&str; 3] = ["axpy", "softmax", "dot"];
const ARM_CARGO: &str = "ANYCAPTURE_ARM_CARGO";
const BUILD_STD: &str = "-Zbuild-std=core";

/// The functions in assembly, by name: instructions only, local labels numbered in order.
fn listing(target: Option<&str>, options: &[&str], lines: bool) -> HashMap<String, Vec<String>> {
    let name = format!("listing-{}-{}-{lines}", target.unwrap_or("host"), options.concat());
    let program =
        options.contains(&BUILD_STD).then(|| std::env::var(ARM_CARGO)).and_then(Result::ok);
    let (mut cargo, folder) = match program {
        Some(program) => cargo_of(&program, "rustc", &name),
        None => cargo("rustc", &name),
    };
    if options.contains(&BUILD_STD) {
        cargo.env("RUSTC_BOOTSTRAP", "1");
    }
    if let Some(target) = target {
        cargo.args(["--target", target]);
    }
    if lines {
        cargo.args(["--features", "lines"]);
    }
    let file = folder.join("listing.s");
    cargo.arg("--lib").args(options).arg("--").arg(format!("--emit=asm={}", file.display()));
    run(&mut cargo);
    let text = fs::read_to_string(file).expect("the compiler has written it");
    FUNCTIONS.iter().map(|name| (name.to_string(), function(&text, name))).collect()
}

fn function(text: &str, name: &str) -> Vec<String> {
    let start = format!("{name}:");
    let lines = text.lines().skip_while(|line| !line.starts_with(&start)).skip(1);
    let mut labels: Vec<String> = Vec::new();
    let body: Vec<String> = lines
        .take_while(|line| !line.starts_with(".Lfunc_end"))
        .map(|line| line.split(['#', '@']).next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty() && (!line.starts_with('.') || line.ends_with(':')))
        .map(|line| {
            let mut words: Vec<String> = Vec::new();
            for word in line.split_inclusive(|c: char| !c.is_alphanumeric() && c != '.' && c != '_')
            {
                let label = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
                if !label.starts_with(".L") {
                    words.push(word.into());
                    continue;
                }
                let nth = labels.iter().position(|known| known == label).unwrap_or_else(|| {
                    labels.push(label.into());
                    labels.len() - 1
                });
                words.push(word.replace(label, &format!(".L{nth}")));
            }
            words.concat()
        })
        .collect();
    assert!(body.len() > 5, "no function `{name}` in the listing");
    body
}

fn assert_same(target: Option<&str>, options: &[&str]) {
    let (bare, with_lines) = (listing(target, options, false), listing(target, options, true));
    for name in FUNCTIONS {
        assert_eq!(with_lines[name], bare[name], "`{name}` differs");
    }
}

#[test]
fn without_the_feature_lines_leave_no_trace() {
    assert_same(None, &["--release"]);
}

/// Not the same code there: `captured_fn!` leaves a few moves, as every binding does without optimisation.
#[test]
fn without_the_feature_lines_call_nothing_in_a_debug_build() {
    let with_lines = listing(None, &[], true);
    for name in FUNCTIONS {
        let lines = &with_lines[name];
        assert!(!lines.iter().any(|line| line.contains("anycapture")), "{name}: {lines:#?}");
    }
}

/// With a toolchain that has the target, or, in `ANYCAPTURE_ARM_CARGO`, the `cargo` of one that has the
/// standard library's sources.
#[test]
fn without_the_feature_lines_leave_no_trace_on_arm() {
    const TARGET: &str = "thumbv7em-none-eabihf";
    let sysroot = run(Command::new("rustc").args(["--print", "sysroot"]));
    if std::path::Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).exists() {
        return assert_same(Some(TARGET), &["--release"]);
    }
    if std::env::var_os(ARM_CARGO).is_none() {
        return eprintln!("skipped: no toolchain for {TARGET}, and no {ARM_CARGO}");
    }
    assert_same(Some(TARGET), &["--release", BUILD_STD]);
}

/// The package with lines and the feature, as assembly and as an object file. `tests/instructions.rs` goes on in this folder.
#[cfg(target_arch = "x86_64")]
fn with_capture() -> &'static (PathBuf, PathBuf) {
    static FILES: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    FILES.get_or_init(|| {
        let (mut cargo, folder) = cargo("rustc", "listing-capture");
        let (assembly, object) = (folder.join("listing.s"), folder.join("listing.o"));
        cargo.args(["--release", "--lib", "--features", "lines,capture,std", "--"]);
        cargo.arg(format!("--emit=asm={},obj={}", assembly.display(), object.display()));
        run(&mut cargo);
        (assembly, object)
    })
}

/// Bytes from the head of the first loop to its end: what an element costs while the switch is off.
fn hot_loop(objdump: &str, name: &str) -> u64 {
    let start = format!("<{name}>:");
    let lines = objdump.lines().skip_while(|line| !line.ends_with(&start)).skip(1);
    let number = |text: &str| u64::from_str_radix(text, 16).ok();
    let mut instructions = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let (address, instruction) = line.trim().split_once(':')?;
        Some((number(address)?, instruction.trim()))
    });
    let target =
        |instruction: &str| number(instruction.strip_prefix('j')?.split_whitespace().nth(1)?);
    let back = instructions
        .by_ref()
        .find_map(|(address, instruction)| target(instruction).filter(|target| *target < address));
    let head = back.unwrap_or_else(|| panic!("no loop in `{name}`"));
    instructions.next().map_or(0, |(end, _)| end - head)
}

#[test]
#[cfg(target_arch = "x86_64")]
fn an_inactive_line_is_as_short_as_a_check_by_hand() {
    if Command::new("objdump").arg("--version").output().is_err() {
        return eprintln!("skipped: no objdump");
    }
    let (_, object) = with_capture();
    let text = run(Command::new("objdump").args(["-d", "--no-show-raw-insn"]).arg(object));
    let (ours, by_hand) = (hot_loop(&text, "axpy"), hot_loop(&text, "axpy_by_hand"));
    assert!(ours <= by_hand + 8, "{ours} bytes, by hand {by_hand}");
}

/// `captured_fn!` takes the address of a captured array only where it records, so its loop is made for vectors.
#[test]
#[cfg(target_arch = "x86_64")]
fn a_captured_accumulator_stays_in_registers() {
    let text = fs::read_to_string(&with_capture().0).expect("the compiler has written it");
    let packed = |name: &str| {
        let lines = function(&text, name);
        lines.iter().filter(|line| line.starts_with("mulps")).count()
    };
    let bare = packed("sums_bare");
    assert!(bare > 0, "no packed product without lines");
    for name in ["sums_listed", "sums_all"] {
        assert!(
            packed(name) >= bare,
            "{} packed products in `{name}`, {bare} without lines",
            packed(name)
        );
    }
}
