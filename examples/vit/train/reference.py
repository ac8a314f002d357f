"""Attention maps of two held-out digits, computed by JAX: what tests/vit.rs compares the engine with.

    python reference.py

Reads ../digits.safetensors and ../images/, writes ../tests/data/vit_reference.safetensors.
"""

import pathlib

import jax
import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file

import model

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent / "tests" / "data" / "vit_reference.safetensors"


def main():
    weights = load_file(HERE.parent / "digits.safetensors")
    result = {}
    with jax.default_matmul_precision("highest"):
        for digit in (3, 5):
            image = np.asarray(Image.open(HERE.parent / "images" / f"{digit}.png"), np.float32) / 255
            logits, maps = model.forward(weights, image[None])
            result[f"{digit}.attention_map"] = np.ascontiguousarray(maps[0])
            result[f"{digit}.logits"] = np.ascontiguousarray(logits[0])
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    save_file(result, OUTPUT)
    for name, value in result.items():
        print(name, value.dtype, value.shape)


if __name__ == "__main__":
    main()
