"""Gives a script the packages of requirements.txt: a virtual environment in target/vit/python."""

import hashlib
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "target" / "vit"


def fail(sentence):
    sys.exit(f"error: {sentence}")


def enter(requirements=HERE / "requirements.txt"):
    """Starts the running script again inside the environment, made on the first call."""
    name = hashlib.sha256(requirements.read_bytes()).hexdigest()[:8]
    home = WORK / f"python-{name}"
    if pathlib.Path(sys.prefix) == home:
        return
    if not (3, 10) <= sys.version_info[:2] <= (3, 12):
        # What the pinned packages are built for: pip would try to compile them.
        fail(f"this needs Python 3.10 to 3.12, and is {sys.version_info[0]}.{sys.version_info[1]}")
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = home / "ready"
    if not ready.exists():
        print(f"{pathlib.Path(sys.argv[0]).name}: installing Python packages into {home}", file=sys.stderr)
        run([sys.executable, "-m", "venv", "--clear", str(home)], "make a virtual environment (the module venv)")
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*install, "-r", str(requirements)], f"install the packages of {requirements.name}")
        ready.touch()
    try:
        sys.exit(subprocess.run([str(python), *sys.argv]).returncode)
    except KeyboardInterrupt:
        # The script itself has been interrupted too, and has said so.
        sys.exit(1)


def run(command, what):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        fail(f"can't {what}: {reason[-1]}")
    return done.stdout
