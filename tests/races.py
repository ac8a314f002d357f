#!/usr/bin/env python3
"""Reads what ThreadSanitizer reports, and says which races are between two accesses of the crate.

    tests/races.py REPORT...

The standard library is not built with the sanitizer, so that it does not see what orders accesses there. A program with
nothing but a `Mutex`, an `RwLock`, a channel or `thread::scope` has reports too. Those that count have, as the first frame
outside of the standard library, code of the crate, `spin` or `once_cell` on both sides.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = re.compile(rf"{re.escape(str(ROOT))}/src/|^src/|/spin-[0-9.]+/|/once_cell-[0-9.]+/")
FRAME = re.compile(r"#\d+ .* (/?[\w.+/-]+\.(?:rs|cpp|inc)):\d+")
LIBRARY = ("/rustc/", "library/")


def first_frame(stack):
    """The file of the innermost frame that is not of the standard library."""
    files = FRAME.findall(stack)
    return next((file for file in files if not file.startswith(LIBRARY)), "")


def main():
    reports = [report for path in sys.argv[1:] for report in Path(path).read_text().split("WARNING: ThreadSanitizer")[1:]]
    ours = []
    for report in reports:
        first, second, *_ = report.split("\n\n")
        if all(OURS.search(first_frame(stack)) for stack in (first, second)):
            ours.append(report)
    print(f"{len(reports)} reports, {len(ours)} of the crate")
    if ours:
        sys.exit("\n".join(ours))


if __name__ == "__main__":
    main()
