#!/usr/bin/env python3
"""How long `cargo check` takes for 100 functions of 30 statements in `captured_fn!`, as processor time, beside the bare crate;
and how long for a plain `capture!` line, beside a crate without these lines.

    tests/bare/compile.py [ROUNDS]

The candidates take turns in each round, and the least of the rounds counts. It is no test: a busy machine shifts the ratios.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = os.environ.get("CARGO_TARGET_DIR", ROOT / "target/compile")
LINES = 4000
STATEMENTS = """
    let a@: Vec<f32> = rows.iter().zip(acc.iter()).map(|(row, y)| row * y + @.5).collect();
    let b@ = a@.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut c@ = 0.0_f32;
    for (j, value) in a@.iter().enumerate() { let d = (value - b@).exp(); c@ += d * j as f32; }
    if c@ > 100.0 { c@ /= x; } else { c@ += a@.len() as f32; }
    acc.extend(a@.iter().map(|value| value / c@).filter(|value| value.is_finite()));
"""


def source(names):
    body = "".join(STATEMENTS.replace("@", str(n)) for n in range(5))
    functions = [f"pub fn f{n}(x: f32, rows: &[f32], acc: &mut Vec<f32>) -> f32 {{{body}    c0 + c4\n}}\n" for n in range(100)]
    if names:
        functions = [f"anycapture::captured_fn! {{\n#[capture({names})]\n{function}}}\n" for function in functions]
    return "".join(functions)


def lines(line):
    """The same number of functions without and with lines in them."""
    return "".join(f"pub fn f{n}(x: f32, y: &[f32]) {{\n    let _ = (x, y);\n    {line * (LINES // 200)}\n}}\n" for n in range(100))


# Name, source, features.
CANDIDATES = [("bare", source(None), ""), ("off, three names", source("a1, b2, c3"), ""), ("on, one name", source("a1"), '"capture"'),
              ("on, three names", source("a1, b2, c3"), '"capture"'), ("on, *", source("*"), '"capture"'),
              ("without lines", lines(""), '"capture"'),
              ("plain lines", lines("anycapture::capture!(forward, x);\n    anycapture::capture!(forward, y);\n    "), '"capture"')]


def check(folder):
    lib = folder / "src/lib.rs"
    lib.write_text(lib.read_text())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["cargo", "check", "--quiet"], cwd=folder, check=True,
                   env={**os.environ, "CARGO_TARGET_DIR": str(TARGET), "CARGO_INCREMENTAL": "0"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as root:
        folders = []
        for n, (_, text, features) in enumerate(CANDIDATES):
            folder = Path(root) / f"candidate{n}"
            (folder / "src").mkdir(parents=True)
            (folder / "src/lib.rs").write_text(text)
            (folder / "Cargo.toml").write_text(
                f'[package]\nname = "candidate{n}"\nversion = "0.0.0"\nedition = "2024"\n'
                f'[dependencies]\nanycapture = {{ path = "{ROOT}", features = [{features}] }}\n[workspace]\n')
            folders.append(folder)
        # The first round builds the dependencies too.
        times = [[check(folder) for folder in folders] for _ in range(rounds + 1)][1:]
    least = [min(column) for column in zip(*times)]
    for (name, *_), seconds in zip(CANDIDATES[:-2], least):
        print(f"{name:18} {seconds:5.2f} s  {seconds / least[0]:.2f}")
    print(f"a plain line       {1000 * (least[-1] - least[-2]) / LINES:.3f} ms")


if __name__ == "__main__":
    main()
