#!/usr/bin/env python3
"""Large functions fit in `captured_fn!` under the default recursion limit: those that its documentation promises.

    tests/random/limits.py [WORD]    only the functions with the word in their names

Each is listed by name and with `*`, with the feature on, and once with it off. They are compiled, not run.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = os.environ.get("CARGO_TARGET_DIR", ROOT / "target/random")

# A hundred of each, `@` is a number.
STATEMENTS = {
    "let": "let v@ = x + @.0;",
    "let_mut": "let mut v@ = x; v@ += 1.0;",
    "let_type": "let v@: Vec<f32> = (0..@).map(|n| n as f32 * x).collect();",
    "let_pattern": "let (v@, mut w@) = (x, x); w@ += v@;",
    "let_later": "let v@; v@ = x;",
    "let_else": "let Some(v@) = Some(x) else { return x };",
    "let_if": "let v@ = if x > @.0 { x } else { 0.0 };",
    "let_match": "let v@ = match n { 0 => { x } _ => 1.0 };",
    "let_block": "let v@ = { let y = x; y + 1.0 };",
    "let_closure": "let v@ = |y: f32| y + x;",
    "assignment": "acc += x * @.0;",
    "assignment_in": "acc[n] = x;",
    "call": "drop(x);",
    "method": "acc.sqrt().abs().min(x);",
    "macro_call": "assert!(x < 1e9, \"{}\", @);",
    "macro_braces": "debug_assert! { true }",
    "if": "if x > @.0 { acc += 1.0; }",
    "if_else": "if x > @.0 { acc += 1.0; } else { acc -= 1.0; }",
    "if_let": "if let Some(v@) = Some(x) { acc += v@; }",
    "match": "match n { 0 => { acc += 1.0; } 1 | 2 => acc += 2.0, _ => {} }",
    "for": "for i@ in 0..n { acc += i@ as f32; }",
    "while": "while acc < @.0 { acc += 1.0; }",
    "while_let": "while let Some(v@) = stack.pop() { acc += v@; }",
    "loop": "loop { acc += 1.0; if acc > 1.0 { break; } }",
    "labelled": "'a: { if x > 1.0 { break 'a; } acc += 1.0; }",
    "block": "{ let y = x; acc += y; }",
    "unsafe": "unsafe { nothing(); }",
    "item": "const C@: f32 = 1.0;",
    "function": "fn inner@() {}",
    "attribute": "#[allow(unused)] let v@ = x;",
}


def hundred(kind, statement):
    prelude = {"assignment_in": "let mut acc = [0.0; 9];", "while_let": "let mut acc = 0.0; let mut stack = vec![x];"}
    body = prelude.get(kind, "let mut acc = 0.0_f32;") + "".join("\n    " + statement.replace("@", str(i)) for i in range(100))
    return "acc", f"(x: f32, n: usize) -> f32 {{\n    {body}\n    let _ = &acc;\n    x\n}}"


def nested(count, opens, inner, closes):
    return "".join(opens[i % len(opens)].replace("@", str(i)) for i in range(count)) + inner + "".join(
        closes[i % len(closes)] for i in reversed(range(count)))


# Conditions of so many tokens.
CONDITIONS = {
    1: "on",
    3: "n == @",
    4: "let Some(v) = Some(@)",
    6: "n == @ && !on",
    10: "n > @ && x < @.5 || !on",
    12: "n > @ && x < @.5 || !on && on",
    20: "n > @ && x < @.5 || !on && n == 7 || x > 1.0 && on",
    40: "n > @ && x < @.5 || !on && n == 7 || x > 1.0 && on || n > @ && x < @.5 || n == 7 || x > 1.0 && x < 9.0",
}
# Chains of so many links, whose conditions have these numbers of tokens.
CHAINS = [(150, [n]) for n in (1, 4, 6, 10)] + [
    (100, [1, 3, 4, 6]), (100, [12, 1, 10, 4, 6, 3]), (100, [4, 12, 10]), (45, [20]), (45, [40]), (45, [40, 20, 4])]


def chains():
    """`else if`: as a statement, without an `else`, at the end, as the value of a `let`, as a tail, within a longer function."""
    for count, lengths in CHAINS:
        def chain(block):
            # Not in the same order again and again.
            conditions = [CONDITIONS[lengths[(i * 7 + i // 3) % len(lengths)]] for i in range(count)]
            return " else ".join(f"if {condition} {block}".replace("@", str(i)) for i, condition in enumerate(conditions))

        name = f"else_if_{count}_" + "_".join(map(str, lengths))
        unit, value = chain("{ acc += @.0; }"), chain("{ let y = x + @.0; y }")
        start = "{ let mut acc = x;"
        yield name, "acc", f"(on: bool, x: f32, n: usize) -> f32 {start} {unit} else {{ acc -= 1.0; }} acc }}"
        yield f"{name}_without_else", "acc", f"(on: bool, x: f32, n: usize) -> f32 {start} {unit} acc }}"
        yield f"{name}_last", "acc", f"(on: bool, x: f32, n: usize) {start} {unit} }}"
        yield f"{name}_let", "acc, v", f"(on: bool, x: f32, n: usize) -> f32 {start} let v = {value} else {{ 0.0 }}; acc = v; acc }}"
        yield f"{name}_tail", "acc, y", f"(on: bool, x: f32, n: usize) -> f32 {start} {value} else {{ 0.0 }} }}"


def functions():
    """Name, the name to list, and what stands behind the name of the function."""
    for kind, statement in STATEMENTS.items():
        yield f"hundred_{kind}", *hundred(kind, statement)
    arms = "".join(f"\n        {i} => {{ let y = x; acc += y + {i}.0; }}" for i in range(150))
    yield "match_150_arms", "acc", f"(x: f32, n: usize) -> f32 {{ let mut acc = 0.0; match n {{{arms}\n _ => {{}} }} acc }}"
    arms = "".join(f"\n        {'#[cfg(all())] ' * (i % 2)}{i} => acc = x * {i}.0," for i in range(100))
    yield "match_100_expressions", "acc", f"(x: f32, n: usize) -> f32 {{ let mut acc = 0.0; match n {{{arms}\n _ => {{}} }} acc }}"
    blocks = ["{ let b@ = x; ", "if x > 1.0 { let b@ = x; ", "for i@ in 0..n { let b@ = x; ", "unsafe { let b@ = x; ", "loop { let b@ = x; "]
    deep = nested(20, blocks, "acc += x;", ["}", "}", "}", "}", " break; }"])
    yield "blocks_20_deep", "acc", f"(x: f32, n: usize) -> f32 {{ let mut acc = 0.0; {deep} acc }}"
    deep = nested(15, ["match n { 0 => { let b@ = x; "], "acc += x;", ["} _ => {} }"])
    yield "matches_15_deep", "acc", f"(x: f32, n: usize) -> f32 {{ let mut acc = 0.0; {deep} acc }}"
    yield from chains()
    generics = ", ".join(f"T{i}: Copy + Into<f64> + 'static" for i in range(40))
    parameters = ", ".join(f"x{i}: T{i}" for i in range(40))
    yield "generics_40", "acc", f"<{generics}>({parameters}) -> f64 {{ let acc = x0.into() + x39.into(); acc }}"
    names = ", ".join(f"v{i}" for i in range(80))
    yield "names_80", names, "(x: f32) -> f32 {" + "".join(f" let v{i} = x;" for i in range(80)) + " v79 }"


def source(word):
    out = ["#![allow(warnings)]\nunsafe fn nothing() {}\n"]
    for name, listed, rest in functions():
        if word in name:
            for way, entries in [("names", listed), ("star", "*")]:
                # A `let` in each of the blocks takes two steps of depth more, and with `*` three: 13 matches and 16 blocks fit then.
                if name == "matches_15_deep" or (name, way) == ("blocks_20_deep", "star"):
                    rest = re.sub(r"let b\d+ = x; ", "", rest)
                out.append(f"anycapture::captured_fn! {{\n#[capture({entries})]\npub fn {name}_{way}{rest}\n}}\n")
    if word in "functions_150":
        many = "".join(f"#[capture(y)]\n#[inline]\npub fn of_many_{i}(x: f32) -> f32 {{ let y = x; y }}\n" for i in range(150))
        out.append(f"anycapture::captured_fn! {{\n{many}}}\n")
    if word in "documentation_300":
        docs = "".join(f"/// Line {i}.\n" for i in range(300))
        out.append(f"anycapture::captured_fn! {{\n{docs}#[capture(y)]\npub fn documented(x: f32) -> f32 {{ let y = x; y }}\n}}\n")
        out.append(f"anycapture::captured_fn! {{\n#[capture(y)]\n{docs}pub fn documented_behind(x: f32) -> f32 {{ let y = x; y }}\n}}\n")
    return "".join(out)


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "src").mkdir()
        (folder / "src/lib.rs").write_text(source(word))
        for features in ['"capture"', ""]:
            (folder / "Cargo.toml").write_text(
                '[package]\nname = "large"\nversion = "0.0.0"\nedition = "2024"\n'
                f'[dependencies]\nanycapture = {{ path = "{ROOT}", features = [{features}] }}\n[workspace]\n')
            done = subprocess.run(["cargo", "check", "--quiet"], cwd=folder, capture_output=True, text=True,
                                  env={**os.environ, "CARGO_TARGET_DIR": str(TARGET)})
            if done.returncode:
                sys.exit(f"features [{features}]:\n{done.stderr[:6000]}")
        print(f"{source(word).count('pub fn')} large functions fit the default recursion limit")


if __name__ == "__main__":
    main()
