#!/usr/bin/env python3
"""With the feature off a function in `captured_fn!` is the bare function.

Compiles `functions.rs` with and without the macro, at the same lines, in three editions, and compares: every lint of rustc
and of `clippy::pedantic` with its place, what the program prints (the order of drops, the places of panics), and the
coverage map of each function, byte for byte.
"""

import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target/bare"))


def run(*command, folder, **env):
    done = subprocess.run(command, cwd=folder, env={**os.environ, "CARGO_TARGET_DIR": str(TARGET), **env},
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} fails:\n{done.stderr}")
    return done.stdout


def source(edition, wrapped):
    text = (HERE / "functions.rs").read_text()
    if edition == "2024":
        text = text.replace("{ &Noisy", "{ Noisy")  # the borrow would end with the block there
    if wrapped:
        return text.replace("use std::cell::RefCell;", "use anycapture::captured_fn; use std::cell::RefCell;")
    text = re.sub(r"^#\[capture.*$", "#[cfg(any(unix, windows))]", text, flags=re.M)
    return re.sub(r"^(captured_fn! \{|\} // captured_fn)$", "", text, flags=re.M)


def lints(folder):
    """Code, level and primary places of all that clippy says."""
    out = run("cargo", "clippy", "--quiet", "--message-format=json", "--", "-Wclippy::pedantic", "-Wunused", folder=folder)
    found = []
    for line in out.splitlines():
        message = json.loads(line).get("message", {})
        if message.get("code"):
            places = [(s["line_start"], s["column_start"], s["line_end"], s["column_end"]) for s in message["spans"] if s["is_primary"]]
            found.append((message["code"]["code"], message["level"], tuple(places)))
    return sorted(found)


def coverage(folder):
    run("cargo", "rustc", "--quiet", "--", "-Cinstrument-coverage", "--emit=obj", "-Ccodegen-units=1", folder=folder)
    built = max((TARGET / "debug/deps").glob("functions*.o"), key=os.path.getmtime)
    regions = {}
    for record in run("readelf", "-x", "__llvm_covfun", built, folder=folder).split("Hex dump")[1:]:
        words = [line[13:48].replace(" ", "") for line in record.splitlines() if line.startswith("  0x")]
        record = bytes.fromhex("".join(words))
        # The hash of the name, the length of the regions, the hashes of the body and of the files, the regions.
        name, length = struct.unpack_from("<QI", record)
        regions[name] = record[28:28 + length].hex()
    return sorted(regions.items())


def main():
    for edition in ["2018", "2021", "2024"]:
        seen = []
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "src").mkdir()
            (folder / "clippy.toml").write_text("check-private-items = true\n")  # of documentation too
            for wrapped in [False, True]:
                (folder / "src/main.rs").write_text(source(edition, wrapped))
                (folder / "Cargo.toml").write_text(
                    f'[package]\nname = "functions"\nversion = "0.0.0"\nedition = "{edition}"\n'
                    f'[dependencies]\nanycapture = {{ path = "{HERE.parent.parent}" }}\n[workspace]\n')
                seen.append((lints(folder), run("cargo", "run", "--quiet", folder=folder), coverage(folder)))
        for what, bare, wrapped in zip(["lints", "output", "coverage"], *seen):
            if bare != wrapped:
                sys.exit(f"edition {edition}: {what} differ\nbare: {bare}\nwrapped: {wrapped}")
        codes = {code for code, *_ in seen[0][0]}
        for expected in ["dead_code", "unused_variables", "clippy::needless_range_loop", "path_statements", "clippy::missing_panics_doc"]:
            if expected not in codes:
                sys.exit(f"edition {edition}: `{expected}` is not among the lints: {sorted(codes)}")
        print(f"edition {edition}: {len(seen[0][0])} lints, {len(seen[0][1].splitlines())} lines of output and "
              f"the coverage map of {len(seen[0][2])} functions are the same")


if __name__ == "__main__":
    main()
