#!/bin/sh
# Fetches microflow as published, puts one capture line into each of two operators, and runs its own models in QEMU.
set -eu
cd "$(dirname "$0")"
. ../toolchain.sh

published=$(cargo metadata --format-version 1 --manifest-path fetch/Cargo.toml | python3 -c '
import json, os, sys
packages = json.load(sys.stdin)["packages"]
print(next(os.path.dirname(p["manifest_path"]) for p in packages if p["name"] == "microflow"))')
copy=target/microflow
rm -rf "$copy"
mkdir -p "$copy"
cp -R "$published/." "$copy"
patch -s -n "$copy/src/ops/fully_connected.rs" lines/fully_connected.diff
patch -s -n "$copy/src/ops/softmax.rs" lines/softmax.diff
printf '[dependencies.anycapture]\npath = "../../../../.."\ndefault-features = false\n' >> "$copy/Cargo.toml"

build thumbv7em-none-eabihf -q
qemu thumbv7em-none-eabihf microflow-captured
