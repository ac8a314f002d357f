#!/bin/sh
# Builds, runs and checks the recorder on microcontrollers and on other targets. `--install` first installs what
# Debian has of it. ANYCAPTURE_BURN=1 adds burn, which builds for five to ten minutes the first time.
set -eu
cd "$(dirname "$0")"
bare_metal=$PWD
. ./toolchain.sh

if [ "${1:-}" = --install ]; then
    apt-get update
    apt-get install -y --no-install-recommends $packages qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross \
        gcc-powerpc-linux-gnu libc6-dev-powerpc-cross gcc-avr avr-libc simavr
fi

targets=${CARGO_TARGET_DIR:-target}
mkdir -p "$targets"
targets=$(cd "$targets" && pwd)
export CARGO_TARGET_DIR="$targets"

host=${HOST_TARGET_DIR:-../../target}

say() {
    echo
    echo "== $(date -u -d "@$(($(date +%s) - start))" +%M:%S) $*"
}
start=$(date +%s)

say "Cortex-M4: builds; the first time, the standard library too"
build thumbv7em-none-eabihf -q --bins

say "Cortex-M4: interrupts that capture; each value whole, each capture kept or counted"
qemu thumbv7em-none-eabihf interrupts

say "Cortex-M4: a task of high priority interrupts one of low priority, and loses nothing"
qemu thumbv7em-none-eabihf priorities

say "Cortex-M4: the same with RTIC and with embassy"
(cd tasks && build thumbv7em-none-eabihf -q --bins)
qemu thumbv7em-none-eabihf rtic
qemu thumbv7em-none-eabihf embassy

# Built first: what it takes to build is no part of what a live table shows.
say "the companion"
CARGO_TARGET_DIR="$host" cargo build -q --release --manifest-path ../../Cargo.toml -p anycapture-tools
companion=$(cd "$host" && pwd)/release/anycapture

say "Cortex-M4: \`keep\`, \`room\` and \`set_size\`, in memory that is given to the byte"
qemu thumbv7em-none-eabihf rings

say "Cortex-M4: 60 seconds of captures at 1 kHz, drained over a slow serial port; the line cuts, flips and adds bytes; a live table"
{
    (icount=shift=5,sleep=off; qemu thumbv7em-none-eabihf stream -serial stdio)
    echo $? > "$targets/stream.status"
} | tee "$targets/stream.uart" | python3 noise.py |
    python3 live.py "$companion" listen - --keep 100000 -o "$targets/noisy.safetensors"
[ "$(cat "$targets/stream.status")" = 0 ]

say "the same bytes over a line that loses none, to compare with"
"$companion" listen "$targets/stream.uart" --keep 100000 -o "$targets/stream.safetensors"
python3 received.py "$targets/stream.safetensors" "$targets/noisy.safetensors"

say "Cortex-M4: what was captured before a reset, a panic and a HardFault"
(cd "$targets" && qemu thumbv7em-none-eabihf reset)
"$companion" dump "$targets/ram.bin"

say "Cortex-M4: the Vision Transformer; its maps through semihosting and over the serial port"
rm -f "$targets"/maps.*
(cd "$targets" && qemu thumbv7em-none-eabihf vit -serial file:maps.uart)
cmp "$targets/maps.safetensors" "$targets/maps.uart"

say "the same maps on the host, whose matrix product rounds once where the M4's rounds twice, in another order"
CARGO_TARGET_DIR="$host" cargo run -q --release --manifest-path ../../Cargo.toml \
    -p vit --features capture -- --image ../vit/images/5.png --output "$targets/attention" \
    --export "$targets/host.safetensors" > "$targets/host.txt"
"$companion" diff "$targets/maps.uart" "$targets/host.safetensors" --tolerance 1e-5

say "what it costs: size.sh"
sh size.sh

say "what others cost: beside/beside.sh"
sh beside/beside.sh

say "Cortex-M4: microflow, an engine of other people, with its own models"
microflow/run.sh

if [ "${ANYCAPTURE_BURN:-}" = 1 ]; then
    say "Cortex-M4 with a heap: a model written with burn"
    CARGO_TARGET_DIR="$targets/burn" burn/run.sh
else
    say "burn is left out: it builds for some minutes, with ANYCAPTURE_BURN=1"
fi

say "the snippets of the chapter compile"
(cd snippets && build thumbv7em-none-eabihf -q --lib)

cd targets
say "two cores: two threads, on the build without std"
CARGO_TARGET_DIR="$targets/host" cargo run -q --release --features cores --bin cores

say "Cortex-M0, without compare-and-swap, SysTick capturing too"
build thumbv6m-none-eabi -q --features cortex-m0 --bin cortex-m0
timeout 300 qemu-system-arm -machine microbit -nographic -icount shift=0 \
    -semihosting-config enable=on,target=native -kernel "$targets/thumbv6m-none-eabi/release/cortex-m0"

say "RISC-V without atomics, with critical-section: builds and links"
build riscv32imc-unknown-none-elf -q --features riscv --bin riscv

say "AVR, an ATmega1280 under simavr: 16 bits a usize"
if ! command -v avr-gcc simavr >/dev/null; then
    echo "left out: there is no avr-gcc or no simavr"
else
    LINKER=avr-gcc build avr-none -q --features avr --bin avr
    timeout 60 simavr -m atmega1280 -f 16000000 "$targets/avr-none/release/avr.elf" > "$targets/avr.txt" 2>&1 || true
    grep "avr: ok" "$targets/avr.txt" || { cat "$targets/avr.txt"; exit 1; }
fi

say "WebAssembly in Node.js"
std=core,alloc build wasm32-unknown-unknown -q --features wasm --bin wasm
node wasm.mjs "$targets/wasm32-unknown-unknown/release/wasm.wasm"

# linux TARGET COMPILER QEMU FOLDER
linux() {
    say "$1"
    if ! command -v "$2" "$3" >/dev/null; then
        echo "left out: there is no $2 or no $3"
        return
    fi
    LINKER=$2 build "$1" -q --features linux --bin linux
    "$3" -L "$4" "$targets/$1/release/linux"
}
linux aarch64-unknown-linux-gnu aarch64-linux-gnu-gcc qemu-aarch64 /usr/aarch64-linux-gnu
linux powerpc-unknown-linux-gnu powerpc-linux-gnu-gcc qemu-ppc /usr/powerpc-linux-gnu

say "all is well on bare metal"
