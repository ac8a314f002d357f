#!/usr/bin/env python3
"""Makes docs/cat.jpg, the picture of the README, from scikit-image's cat (CC0).

    python3 examples/vit/fetch.py && python3 examples/vit/readme_picture.py
"""

import subprocess

import fetch
import python


def main():
    python.enter()

    from PIL import Image

    weights, pictures = python.WORK / "vit_small.safetensors", python.WORK / "readme"
    choice = ["--layer", "10", "--head", "5", "--patch", "5,5"]
    cargo = ["cargo", "run", "--quiet", "--release", "-p", "vit", "--features", "capture", "--"]
    files = ["--weights", weights, "--image", fetch.CAT, "--output", pictures]
    if subprocess.run([*cargo, *map(str, files), *choice], cwd=python.ROOT).returncode:
        python.fail("the program failed")
    target = python.ROOT / "docs" / "cat.jpg"
    target.parent.mkdir(exist_ok=True)
    Image.open(pictures / "grids.png").save(target, quality=90, subsampling=0, optimize=True)
    print(f"wrote docs/cat.jpg, {target.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
