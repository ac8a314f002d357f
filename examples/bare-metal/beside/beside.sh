#!/bin/sh
# This crate beside what people use instead, as a table in Markdown: flash and RAM of a first line and of each more, and
# instructions of a line with a number and with 1 KiB.
set -eu
cd "$(dirname "$0")"
. ../toolchain.sh

export DEFMT_LOG=info
target=thumbv7em-none-eabihf
file=${CARGO_TARGET_DIR:-target}/$target/release/beside

cost() {
    build $target -q --features "$1"
    set -- $(python3 ../sections.py "$file")
    flash=$1 ram=$2
}

instructions() {
    build $target -q --features "$1,measure"
    qemu $target beside 2>&1
}

cost line
base_flash=$flash base_ram=$ram
cost lines
base_more=$((flash - base_flash))
echo "| | flash, the first line | each more | RAM, the first line | each more | instructions, a number | 1 KiB |"
echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
for what in anycapture history defmt bbqueue; do
    cost $what,line
    one_flash=$flash one_ram=$ram
    cost $what,lines
    printf '| %s | %d | %d | %d | %d | %d | %d |\n' $what \
        $((one_flash - base_flash)) $(((flash - one_flash - base_more) / 8)) \
        $((one_ram - base_ram)) $(((ram - one_ram) / 8)) \
        "$(instructions $what)" "$(instructions $what,large)"
done
