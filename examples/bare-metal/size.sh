#!/bin/sh
# What the crate costs a microcontroller, as a table in Markdown, measured from built files and in QEMU.
#
# The engine is that of the Vision Transformer; opt-level "s", LTO, one codegen unit.
set -eu
cd "$(dirname "$0")"
. ./toolchain.sh

target=thumbv7em-none-eabihf
sizes=${CARGO_TARGET_DIR:-target}/sizes
mkdir -p "$sizes"

# cost NAME FEATURES: builds it, keeps the file, sets `flash` and `ram`.
cost() {
    build $target -q --bin cost --no-default-features --features "$2"
    cp "${CARGO_TARGET_DIR:-target}/$target/release/cost" "$sizes/$1"
    set -- $(python3 sections.py "$sizes/$1")
    flash=$1 ram=$2
}

row() {
    echo "| $1 | $flash | $((flash - base_flash)) | $ram | $((ram - base_ram)) |"
}

echo "| firmware | flash | more | RAM | more |"
echo "| --- | ---: | ---: | ---: | ---: |"
cost without ""
base_flash=$flash base_ram=$ram
row "the engine, without the crate"
cost off anycapture
row "with the crate, feature \`capture\` off"
python3 sections.py "$sizes/without" "$sizes/off" || { echo "error: the same bytes were expected" >&2; exit 1; }
cost never capture
row "on, and never activated"
[ "$flash $ram" = "$base_flash $base_ram" ] || { echo "error: the same size was expected" >&2; exit 1; }
cost active cost-active
row "on, with \`set_memory\` and \`activate\`: the whole recorder and one line"
recorder=$((flash - base_flash))
cost visit cost-active,cost-visit
row "the same and \`visit\`"
cost drain cost-active,cost-drain
row "the same and \`drain\` with \`Value::frame\`"
cost export cost-active,cost-export
row "the same and \`export\`"
cost recover cost-active,cost-recover
row "the same and \`recover\`"
cost display cost-active,cost-display
row "the same and \`visit\` with \`Display\`"
cost counts cost-active,cost-counts
row "the same and \`report().each_key\`, without text"
cost report cost-active,cost-report
row "the same and \`report()\` as text"

echo
cost line cost-active,cost-line
one=$flash one_ram=$ram
cost lines cost-active,cost-lines
echo "A capture line adds $(((flash - one) / 8)) bytes of flash, its key of 11 among them, and $(((ram - one_ram) / 8)) of RAM."
echo
build $target -q --bin instructions
qemu $target instructions
[ "$recorder" -le 3584 ] || { echo "error: the recorder takes $recorder bytes of flash" >&2; exit 1; }
