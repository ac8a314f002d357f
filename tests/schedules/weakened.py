#!/usr/bin/env python3
"""Shows that the schedules find faults: weakens the crate in one place at a time, and expects a test to fail.

    tests/schedules/weakened.py             all
    tests/schedules/weakened.py append      those with this in their name

It weakens a copy of the sources; the repository stays as it is.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Name, the tests that must notice, the file, what stands there, and what stands there instead.
WEAKENED = [
    (
        "append: a caller that loses the race gives up",
        "lines",
        "callsite.rs",
        "            let Some(next) = last.next.get() else { return };\n            last = next;",
        "            return;",
    ),
    (
        "register: a caller that loses the race takes itself for the owner",
        "lines",
        "callsite.rs",
        "None if slot.set(self).is_ok() => {",
        "None => {\n                    let _ = slot.set(self);",
    ),
    (
        "leave: the last of two owners does not look whether the value is gone",
        "ring",
        "share.rs",
        "content.value.is_some().then_some(Unique(Some(content)))",
        "Some(Unique(Some(content)))",
    ),
    (
        "put_back: a value is given back though later ones were taken",
        "ring",
        "ring.rs",
        "if is_there && ring.floor == position + 1 {",
        "if is_there {",
    ),
    (
        "a scope does not say that it has ended",
        "scopes",
        "scope.rs",
        "            self.0.ended.store(true, SeqCst);\n",
        "",
    ),
    (
        "set_active: the switch is read and written in two steps",
        "scopes",
        "control.rs",
        "SWITCH.fetch_or(1, Relaxed)\n            } else {\n                SWITCH.fetch_and(!1, Relaxed)\n            };",
        "SWITCH.store(SWITCH.load(Relaxed) | 1, Relaxed)\n            } else {\n                SWITCH.store(SWITCH.load(Relaxed) & !1, Relaxed)\n            };",
    ),
    (
        "find_place: the filter may change before its answer is kept",
        "scopes",
        "control.rs",
        "        if !wanted {\n            owner.change_state(0, state::FILTERED);",
        "        drop(settings);\n        if !wanted {\n            owner.change_state(0, state::FILTERED);",
    ),
    (
        "next_in_region: the sequence is read and written in two steps",
        "memory",
        "memory.rs",
        "let low = LOW.fetch_add(1, Relaxed);",
        "let low = LOW.load(Relaxed);\n        LOW.store(low.wrapping_add(1), Relaxed);",
    ),
    (
        "change_ring: whether an export is on is asked before the lock only",
        "memory",
        "memory.rs",
        "    if Exporting::is_on() { None } else { Some(ring) }",
        "    Some(ring)",
    ),
]


def is_found(folder, test, file, old, new):
    """Whether the test fails on the weakened sources."""
    path = folder / "src/store" / file
    text = path.read_text()
    if text.count(old) != 1:
        sys.exit(f"{file} has {text.count(old)} times: {old}")
    path.write_text(text.replace(old, new))
    environment = os.environ | {"CARGO_TARGET_DIR": str(ROOT / "target/weakened")}
    command = ["cargo", "test", "--quiet", "--manifest-path", str(folder / "tests/schedules/Cargo.toml"), "--test", test]
    build = subprocess.run([*command, "--no-run"], env=environment, capture_output=True, text=True)
    if build.returncode != 0:
        sys.exit(build.stderr)
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    path.write_text(text)
    for test in re.findall(r"^---- (\w+) stdout", run.stdout, re.MULTILINE):
        print("    found by", test)
    return run.returncode != 0


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    missed = []
    folder = ROOT / "target/weakened/sources"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "src", folder / "src")
    shutil.copytree(ROOT / "tests/schedules", folder / "tests/schedules", ignore=shutil.ignore_patterns("target"))
    for name, *weakened in WEAKENED:
        if wanted in name:
            print(name, flush=True)
            if not is_found(folder, *weakened):
                missed.append(name)
    if missed:
        sys.exit("not found: " + "; ".join(missed))


if __name__ == "__main__":
    main()
