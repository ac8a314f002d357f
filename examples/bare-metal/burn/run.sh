#!/bin/sh
# Builds a model written with the published burn for a Cortex-M4, with capture lines in its `forward`, and runs
# it in QEMU. The first build takes five to ten minutes: `../check.sh` runs this only with ANYCAPTURE_BURN=1.
set -eu
cd "$(dirname "$0")"
. ../toolchain.sh

std=core,alloc build thumbv7em-none-eabihf -q
qemu thumbv7em-none-eabihf burn-captured
python3 ../sections.py "${CARGO_TARGET_DIR:-target}/thumbv7em-none-eabihf/release/burn-captured" |
    while read -r flash ram; do echo "flash $flash bytes, RAM $ram bytes"; done
