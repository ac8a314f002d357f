//! The time to compile 1,000 lines, as processor time of the compiler.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::harness::Times;

const ROUNDS: usize = 2;

struct Lines {
    name: &'static str,
    dependency: String,
    line: &'static str,
}

/// Compiles a library of 100 functions with ten lines each, optimised, once for each candidate in every round.
pub fn race_compiling() -> Times {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ours = |features| format!("anycapture = {{ path = {ours:?}, features = [{features}] }}");
    let tracing = |features| format!("tracing = {{ version = \"0.1\", features = [{features}] }}");
    let (capture, trace) = ("anycapture::capture!(compile, x);", "tracing::trace!(x);");
    let candidates = [
        Lines { name: "no lines", dependency: String::new(), line: "" },
        Lines { name: "ours, off", dependency: ours(""), line: capture },
        Lines {
            name: "tracing, off",
            dependency: tracing("\"max_level_off\", \"release_max_level_off\""),
            line: trace,
        },
        Lines { name: "ours, on", dependency: ours("\"capture\""), line: capture },
        Lines { name: "tracing, on", dependency: tracing(""), line: trace },
    ];
    let folders = candidates.each_ref().map(write_package);
    let mut least = [f64::INFINITY; 5];
    // The first round compiles the dependencies too.
    for _ in 0..=ROUNDS {
        for (folder, least) in folders.iter().zip(&mut least) {
            *least = least.min(compile(folder));
        }
    }
    let rows: Vec<_> = candidates.iter().zip(least).map(|(lines, ns)| (lines.name, ns)).collect();
    let times =
        Times { title: "Compiling 1,000 lines".into(), rows, dropped: 0, samples: 5 * ROUNDS };
    times.show();
    times
}

fn write_package(lines: &Lines) -> PathBuf {
    let folder = env::temp_dir()
        .join("anycapture-compile")
        .join(lines.name.replace(", ", "-").replace(' ', "-"));
    fs::create_dir_all(folder.join("src")).unwrap();
    let dependency = &lines.dependency;
    let manifest = format!(
        "[package]\nname = \"lines\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[dependencies]\n{dependency}\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let mut source = String::new();
    for nth in 0..100 {
        let lines = format!("    x += 1.0;\n    {}\n", lines.line).repeat(10);
        writeln!(source, "pub fn f{nth}(mut x: f32) -> f32 {{\n{lines}    x\n}}").unwrap();
    }
    fs::write(folder.join("src/lib.rs"), source).unwrap();
    folder
}

fn compile(folder: &Path) -> f64 {
    let source = folder.join("src/lib.rs");
    fs::write(&source, fs::read(&source).unwrap()).unwrap();
    let before = children();
    let cargo = env::var("CARGO").unwrap_or("cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(folder)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "`{}` does not compile", folder.display());
    children() - before
}

/// The processor time of all ended child processes, in nanoseconds.
fn children() -> f64 {
    // SAFETY: `getrusage` fills the struct that is passed to it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage);
        usage
    };
    let ns = |time: libc::timeval| time.tv_sec as f64 * 1e9 + time.tv_usec as f64 * 1e3;
    ns(usage.ru_utime) + ns(usage.ru_stime)
}
