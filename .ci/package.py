#!/usr/bin/env python3
"""Checks the package that `cargo publish --dry-run` has made: its size, what it holds, and the links of its README.

A relative link of the README is to a file of the repository. crates.io resolves such links by the `repository` in Cargo.toml, which
must be set before the crate is published.
"""

import pathlib
import re
import sys
import tarfile

LARGEST = 250_000
HELD = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "src/lib.rs", "docs/embedding.md", "examples/quick_start.rs"]

root = pathlib.Path(__file__).resolve().parent.parent
package = max((root / "target/package").glob("anycapture-*.crate"), key=lambda file: file.stat().st_mtime)
with tarfile.open(package) as archive:
    held = {name.partition("/")[2] for name in archive.getnames()}
faults = [f"{package.name} lacks {name}" for name in HELD if name not in held]
size = package.stat().st_size
if size > LARGEST:
    faults.append(f"{package.name} has {size} bytes, more than {LARGEST}")
links = re.findall(r"\]\(([^)#\s]+)", (root / "README.md").read_text())
relative = [link for link in links if not re.match(r"[a-z]+:", link)]
faults += [f"README.md links to {link}, which is not there" for link in relative if not (root / link).exists()]
print(f"{package.name}: {len(held)} files, {size} bytes")
if not re.search(r"^repository = ", (root / "Cargo.toml").read_text(), re.MULTILINE):
    outside = [link for link in relative if link not in held]
    print(f"Cargo.toml names no repository: on crates.io {len(relative)} links lead nowhere, {len(outside)} of them to files outside the package")
sys.exit("\n".join(faults) if faults else 0)
