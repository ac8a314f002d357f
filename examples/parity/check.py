#!/usr/bin/env python3
"""Ports a model from Python to Rust, and finds three planted faults.

    python3 examples/parity/check.py

reference.py writes what the Python tool captured, port.rs compares. Without a fault the two agree; with one, the
comparison names the layer and the value where it shows first. The files of both sides open in Python and with the
command `anycapture`. All files go to target/parity.
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vit"))
import python  # noqa: E402

WORK = python.ROOT / "target" / "parity"
CARGO = ["cargo", "run", "--quiet", "--package", "anycapture-tools"]
# Where each fault was planted: the first line has to say so.
FAULTS = {
    "epsilon": "`Norm.forward.normed`, call 4 (index 2)",
    "transpose": "`Attention.forward.k`, call 1 (index 1)",
    "scale": "`Attention.forward.scores`, call 0 (index 0)",
}


def call(command, status):
    """The standard output of a command that has to exit with `status`."""
    done = subprocess.run(list(map(str, command)), cwd=python.ROOT, capture_output=True, text=True)
    if done.returncode != status:
        python.fail(f"{' '.join(map(str, command))} exited with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def port(*arguments, status):
    return call([*CARGO, "--example", "parity", "--", WORK, *arguments], status)


def shapes():
    """A notebook opens our file with one line a key."""
    from safetensors.numpy import load_file

    ours, reference = load_file(WORK / "ours.safetensors"), load_file(WORK / "reference.safetensors")
    assert ours["Attention.forward.attention_map"].shape == (4, 3, 10, 10), ours.keys()
    for key, values in reference.items():
        assert ours[key].shape == values.shape, (key, ours[key].shape, values.shape)
    assert list(ours["Attention.forward.q#index"]) == [0, 1, 2, 3]


def main():
    python.enter(HERE / "requirements.txt")
    WORK.mkdir(parents=True, exist_ok=True)
    call([sys.executable, HERE / "reference.py", WORK], 0)
    print(port("--export", WORK / "ours.safetensors", status=0), end="")
    shapes()
    for fault, place in FAULTS.items():
        said = port(fault, status=1).splitlines()[0]
        if place not in said:
            python.fail(f"{fault}: the comparison says {said!r}, not {place!r}")
        print(f"{fault}: {said}")
    call([*CARGO, "--", "diff", WORK / "ours.safetensors", WORK / "reference.safetensors"], 0)
    call([*CARGO, "--", "plot", WORK / "ours.safetensors", "Attention.forward.attention_map", "-o", WORK / "maps.png"], 0)


if __name__ == "__main__":
    main()
