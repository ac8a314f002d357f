#!/usr/bin/env python3
"""Random functions do in `captured_fn!` what they do without, and what is captured is what the contract says.

    tests/random/run.py [COUNT [SEED]]

Each function is written four times: bare, with names listed, with `*`, and bare with a call wherever the contract places a
capture: the oracle. Values that log their making and their drop are among its variables and temporaries. A program calls
them all, while recording is inactive and while it is active, in three editions, and compares results, logs and captures. Before
edition 2024 there are no temporaries that log their drop where the documentation says that they go earlier than without the
macro: in the last expression of a block with statements, and in an `if let` whose `else` has some.
"""

import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = os.environ.get("CARGO_TARGET_DIR", ROOT / "target/random")

MAIN = """\
#![allow(warnings)]
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
thread_local! {
    static LOG: RefCell<Vec<u32>> = RefCell::default();
    static TURNS: Cell<u32> = Cell::new(0);
    static EXPECTED: RefCell<BTreeMap<String, Vec<u32>>> = RefCell::default();
}
/// Ends each `loop`, for a `continue` in it may never let it come to its `break`.
fn is_tired() -> bool { TURNS.with(|turns| { turns.set(turns.get() + 1); turns.get() > 12 }) }
fn log(n: u32) { LOG.with(|log| log.borrow_mut().push(n)) }
fn cap(key: &str, value: u32) {
    EXPECTED.with(|all| all.borrow_mut().entry(key.to_string()).or_default().push(value))
}
struct Noisy(u32);
impl Noisy {
    fn new(n: u32) -> Noisy { log(n); Noisy(n) }
    fn get(&self) -> u32 { self.0 }
}
impl Drop for Noisy { fn drop(&mut self) { log(1000 + self.0) } }
fn call(f: fn(u32, u32) -> u32) -> Vec<(u32, Vec<u32>)> {
    (0..6).map(|n| {
        TURNS.with(|turns| turns.set(0));
        (f(n, n * 7 % 5), LOG.with(RefCell::take))
    }).collect()
}
fn captured() -> BTreeMap<String, Vec<u32>> {
    let cache = anycapture::take();
    cache.keys().map(|key| {
        (key.to_string(), cache[key].iter().filter_map(|value| value.scalar::<u32>()).collect())
    }).filter(|(_, values): &(String, Vec<u32>)| !values.is_empty()).collect()
}
fn check(name: &str, bare: fn(u32, u32) -> u32, wrapped: fn(u32, u32) -> u32, oracle: fn(u32, u32) -> u32) {
    let expected = call(bare);
    assert_eq!(call(wrapped), expected, "{name}, inactive");
    assert!(captured().is_empty(), "{name}: captured while inactive");
    let session = anycapture::session();
    assert_eq!(call(wrapped), expected, "{name}, active");
    drop(session);
    let kept = captured();
    assert_eq!(call(oracle), expected, "{name}, the oracle");
    assert_eq!(kept, EXPECTED.with(RefCell::take), "{name}: captures");
}
"""


class Function:
    """One random function; `write` renders it: `None` as it is, or with the oracle's calls for `names` or `star`."""

    def __init__(self, name, dice, edition):
        self.name, self.dice, self.edition = name, dice, edition
        while True:
            self.names, self.count = [], 0
            self.body = self.block(["x", "y"], [], 2, "value")
            words = set(re.findall(r"\w+", self.write(self.body, None)))
            self.names = [n for n in self.names if n in words]
            if 3 <= len(self.names) <= 40:
                return

    def fresh(self, prefix="v"):
        self.count += 1
        return f"{prefix}{self.count}"

    def value(self, scope, ends_early=False):
        """`ends_early`: where temporaries go earlier than without the macro, before edition 2024."""
        a, b, n = self.dice.choice(scope), self.dice.choice(scope), self.dice.randrange(9)
        noisy = f"(Noisy::new({n}).get() + {a} % 7)"
        return self.dice.choice([
            f"{a}" if ends_early and self.edition < "2024" else noisy, f"{n}_u32", f"{a}.wrapping_add({b})", f"({a}.wrapping_mul(3) ^ {n})",
            f"[{a}, {b}, {n}].iter().fold(0_u32, |s, v| s.wrapping_add(*v))", f"(|v: u32| v.wrapping_add({b}))({a})",
            f"{{ {a}.max({n}) }}", f"Some({a}).map_or({n}, |v| v / 2)",
        ])

    def test(self, scope):
        return f"{self.dice.choice(scope)} % {self.dice.randrange(2, 5)} == {self.dice.randrange(2)}"

    def single(self, scope, kind):
        """A block that keeps its own braces."""
        n = self.dice.randrange(9)
        return [], self.dice.choice([("jump", f"return {n}")] + (
            [("tail", f"Noisy::new({n}).get()"), ("tail", self.value(scope))] if kind == "value" else
            [("tail", f"log({n})"), ("jump", f"log({n})"), ("none",)]))

    def block(self, scope, muts, depth, kind, loop=False):
        """Statements and a tail: a list of ("let", name, mut, value) and the like."""
        scope, muts, out = list(scope), list(muts), []
        for _ in range(self.dice.randrange(1, 5)):
            out.append(self.statement(scope, muts, depth, loop))
        end = self.dice.random()
        if kind == "value":
            tail = ("tail", self.value(scope, True)) if depth == 0 or end < 0.5 else \
                self.branch(scope, muts, depth - 1, "value", loop, True)
        elif end < 0.15:
            tail = ("jump", f"return {self.value(scope)}")
        elif end < 0.3 and loop:
            tail = ("jump", self.dice.choice(["break", "continue"]))
        elif end < 0.5 and depth:
            tail = self.branch(scope, muts, depth - 1, "unit", loop, True)
        else:
            tail = ("none",)
        return out, tail

    def branch(self, scope, muts, depth, kind, loop, last=False):
        block = lambda more=(): self.block(scope + list(more), muts, depth, kind, loop)
        form, single = self.dice.randrange(4), self.dice.random() < 0.4
        last_block = (lambda: self.single(scope, kind)) if single else block
        if form == 0:
            links = 16 if self.dice.random() < 0.04 else 1
            return ("if", [(f"if {self.test(scope)}", [], block())] + [
                (f"else if {self.test(scope)}", [], block() if links == 1 else self.block(scope, muts, 0, kind, loop)) for _ in range(links)
            ], last_block())
        if form == 1:
            n = self.fresh("p")
            value = self.value(scope, last or not single)
            if single and not last:
                value = f"(Noisy::new({self.dice.randrange(9)}).get() % 2 + {value} % 2)"
            head = f"if let Some({n}) = {value}.checked_sub(2)"
            return ("if", [(head, [n], block([n]))], last_block())
        if form == 2:
            n = self.fresh("m")
            return ("match", f"{self.value(scope, last)} % 4", [
                ("0", [], block()), (f"{n} @ 1..=2", [n], block([n])), ("_", [], block())])
        return ("block", "", block())

    def statement(self, scope, muts, depth, loop):
        form = self.dice.randrange(16 if depth else 8)
        if form < 3:
            n, mut = self.fresh(), self.dice.random() < 0.5
            value = self.value(scope)
            scope.append(n)
            if mut:
                muts.append(n)
            self.names.append(n)
            return ("let", n, mut, ("tail", value))
        if form == 3 and muts:
            n = self.dice.choice(muts)
            return ("assign", n, self.dice.choice(["=", "^=", "|=", "%= 97 +"]), self.value(scope))
        if form == 4:
            a, b = self.fresh(), self.fresh()
            line = f"let ({a}, mut {b}) = ({self.value(scope)}, {self.value(scope)});"
            scope += [a, b]
            muts.append(b)
            self.names += [a, b]
            return ("pattern", line, [a], [b])
        if form == 5:
            return ("text", f"let _n{self.fresh('')} = Noisy::new({self.dice.randrange(20, 30)});")
        if form == 6 and depth:
            n = self.fresh()
            inner = self.block(scope, muts, 0, "value")
            inner = (inner[0], ("jump", f"return {self.value(scope)}"))
            line = f"let Some({n}) = {self.value(scope)}.checked_add(1) else"
            scope.append(n)
            self.names.append(n)
            return ("else", line, n, inner)
        if form in (3, 6, 7):
            return ("text", self.dice.choice([f"log({self.value(scope)} % 9);", f"debug_assert! {{ true }}", f"{self.value(scope)};"]))
        if form in (8, 9):
            value = self.branch(scope, muts, depth - 1, "value", loop)
            n, mut = self.fresh(), self.dice.random() < 0.5
            scope.append(n)
            if mut:
                muts.append(n)
            self.names.append(n)
            return ("let", n, mut, value)
        if form == 10:
            i = self.fresh("i")
            return ("loop", f"for {i} in 0..{self.dice.randrange(1, 3)}_u32", [i], self.block(scope + [i], muts, depth - 1, "unit", True))
        if form == 11:
            q, w = self.fresh("q"), self.fresh("w")
            inner = self.block(scope + [w], muts, depth - 1, "unit", True)
            return ("while", f"let mut _s{q} = vec![1_u32, 2];", f"while let Some({w}) = _s{q}.pop()", [w], inner)
        if form == 12:
            inner = self.block(scope, muts, depth - 1, "unit", True)
            if inner[1][0] == "jump" and inner[1][1] == "continue" or inner[1][0] != "jump":
                inner = (inner[0], ("jump", "break"))
            inner = ([("text", "if is_tired() { break; }")] + inner[0], inner[1])
            return ("loop", "loop", [], inner)
        if form == 13:
            return ("if", [(f"if {self.test(scope)}", [], self.block(scope, muts, depth - 1, "unit", loop))], None)
        return self.branch(scope, muts, depth - 1, "unit", loop)

    def caps(self, names, mode, to):
        return "".join(f' cap("{to}.{n}", {n});' for n in names) if mode == "star" else \
            "".join(f' cap("{to}.{n}", {n});' for n in names if n in self.names) if mode else ""

    def write(self, node, mode, first=(), in_loop=False):
        """A block in braces."""
        statements, tail = node
        to, ends, text = self.name, [], self.caps(first, mode, self.name)
        for s in statements:
            text += " " + self.line(s, mode, ends)
        at_end = "".join(f' cap("{to}.{n}", {n});' for n in ends) if mode == "names" else ""
        if tail[0] == "none":
            text += at_end
        elif tail[0] == "jump":
            text += at_end + f" {tail[1]};"
        elif tail[0] == "tail":
            text += at_end + f" {tail[1]}"
        elif self.is_unit(tail):
            text += " " + self.expression(tail, mode) + at_end
        else:
            text += at_end + " " + self.expression(tail, mode)
        return "{" + text + " }"

    def is_unit(self, node):
        block = node[2] if node[0] == "block" else node[1][0][2] if node[0] == "if" else node[2][0][2]
        return block[1][0] in ("none", "jump") or block[1][0] != "tail" and self.is_unit(block[1])

    def expression(self, node, mode):
        if node[0] == "tail":
            return node[1]
        if node[0] == "if":
            text = " ".join(f"{head} {self.write(block, mode, names)}" for head, names, block in node[1][:1])
            text += "".join(f" {head} {self.write(block, mode, names)}" for head, names, block in node[1][1:])
            return text + (f" else {self.write(node[2], mode)}" if node[2] else "")
        if node[0] == "match":
            return f"match {node[1]} {{ " + " ".join(f"{p} => {self.write(b, mode, names)}" for p, names, b in node[2]) + " }"
        return node[1] + self.write(node[2], mode)

    def line(self, s, mode, ends):
        to = self.name
        if s[0] == "let":
            ends += [s[1]] if s[2] else []
            line = f"let {'mut ' * s[2]}{s[1]} = {self.expression(s[3], mode)};"
            return line + (f' cap("{to}.{s[1]}", {s[1]});' if mode == "star" or mode and not s[2] else "")
        if s[0] == "assign":
            return f"{s[1]} {s[2]} {s[3]};" + (f' cap("{to}.{s[1]}", {s[1]});' if mode == "star" else "")
        if s[0] == "pattern":
            ends += s[3]
            return s[1] + self.caps(s[2] + (s[3] if mode == "star" else []), mode, to)
        if s[0] == "text":
            return s[1]
        if s[0] == "else":
            return f"{s[1]} {self.write(s[3], mode)};" + self.caps([s[2]], mode, to)
        if s[0] == "loop":
            return f"{s[1]} {self.write(s[3], mode, s[2])}"
        if s[0] == "while":
            return f"{s[1]} {s[2]} {self.write(s[4], mode, s[3])}"
        return self.expression(s, mode)

    def all(self):
        sig = "(x: u32, y: u32) -> u32"
        plain, name = self.write(self.body, None), self.name
        names = ", ".join(self.names)
        out = f"fn {name}_bare{sig} {plain}\n"
        if names:
            out += f"anycapture::captured_fn! {{ #[capture({name} => {names})] fn {name}_names{sig} {plain} }}\n"
            out += f"fn {name}_names_oracle{sig} {self.write(self.body, 'names')}\n"
        out += f"anycapture::captured_fn! {{ #[capture({name} => *)] fn {name}_star{sig} {plain} }}\n"
        out += f"fn {name}_star_oracle{sig} {self.write(self.body, 'star', ['x', 'y'])}\n"
        calls = "".join(f'check("{name}, {way}", {name}_bare, {name}_{way}, {name}_{way}_oracle); '
                        for way in (["names"] if names else []) + ["star"])
        return out, calls


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 2024
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "src").mkdir()
        for edition in ["2024", "2021", "2018"]:
            dice = random.Random(f"{seed}")
            texts, calls = zip(*(Function(f"f{i}", dice, edition).all() for i in range(count)))
            (folder / "src/main.rs").write_text(MAIN + "".join(texts) + "fn main() {\n" + "\n".join(calls) + "\n}\n")
            (folder / "Cargo.toml").write_text(
                f'[package]\nname = "functions"\nversion = "0.0.0"\nedition = "{edition}"\n'
                f'[dependencies]\nanycapture = {{ path = "{ROOT}", features = ["capture"] }}\n[workspace]\n')
            done = subprocess.run(["cargo", "run", "--quiet"], cwd=folder, capture_output=True, text=True,
                                  env={**os.environ, "CARGO_TARGET_DIR": str(TARGET)})
            if done.returncode:
                sys.exit(f"edition {edition}, seed {seed}:\n{done.stderr[:4000]}")
            print(f"edition {edition}: {count} functions do within what they do without, and are captured as promised", flush=True)


if __name__ == "__main__":
    main()
