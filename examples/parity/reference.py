#!/usr/bin/env python3
"""A small transformer in NumPy, recorded with the Python tool AnyCapture 0.1.4.

    python3 examples/parity/reference.py FOLDER

Writes FOLDER/weights.safetensors, which port.rs computes the same with, and FOLDER/reference.safetensors, what it
captured on the way.
"""

import sys

import numpy as np
from anycapture import get_local
from safetensors.numpy import save_file

LAYERS, HEADS, TOKENS, WIDTH, HIDDEN = 4, 3, 10, 24, 48


class Norm:
    def __init__(self, scale, shift):
        self.scale, self.shift = scale, shift

    @get_local("normed")
    def forward(self, x):
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred**2).mean(-1, keepdims=True)
        normed = centred / np.sqrt(variance + np.float32(1e-5)) * self.scale + self.shift
        return normed


class Attention:
    def __init__(self, query, key, value, out):
        self.query, self.key, self.value, self.out = query, key, value, out

    @get_local("q", "k", "v", "scores", "attention_map")
    def forward(self, x):
        q, k, v = x @ self.query, x @ self.key, x @ self.value
        by_head = [y.reshape(TOKENS, HEADS, -1).swapaxes(0, 1) for y in (q, k, v)]
        scores = by_head[0] @ by_head[1].swapaxes(1, 2) / np.float32((WIDTH // HEADS) ** 0.5)
        exponents = np.exp(scores - scores.max(-1, keepdims=True))
        attention_map = exponents / exponents.sum(-1, keepdims=True)
        mixed = (attention_map @ by_head[2]).swapaxes(0, 1).reshape(TOKENS, WIDTH)
        return mixed @ self.out


class Mlp:
    def __init__(self, up, down):
        self.up, self.down = up, down

    @get_local("hidden")
    def forward(self, x):
        hidden = np.maximum(x @ self.up, 0)
        return hidden @ self.down


def weights():
    """Every array by name, from a seed."""
    random = np.random.default_rng(7)
    arrays = {"x": random.normal(size=(TOKENS, WIDTH))}
    for layer in range(LAYERS):
        for name in ("norm1", "norm2"):
            arrays[f"{layer}.{name}.scale"] = random.normal(1, 0.1, WIDTH)
            arrays[f"{layer}.{name}.shift"] = random.normal(0, 0.1, WIDTH)
        for name in ("query", "key", "value", "out"):
            arrays[f"{layer}.{name}"] = random.normal(0, WIDTH**-0.5, (WIDTH, WIDTH))
        arrays[f"{layer}.up"] = random.normal(0, WIDTH**-0.5, (WIDTH, HIDDEN))
        arrays[f"{layer}.down"] = random.normal(0, HIDDEN**-0.5, (HIDDEN, WIDTH))
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def run(w):
    x = w["x"]
    for layer in range(LAYERS):
        norms = [Norm(w[f"{layer}.{name}.scale"], w[f"{layer}.{name}.shift"]) for name in ("norm1", "norm2")]
        attention = Attention(*(w[f"{layer}.{name}"] for name in ("query", "key", "value", "out")))
        x = x + attention.forward(norms[0].forward(x))
        x = x + Mlp(w[f"{layer}.up"], w[f"{layer}.down"]).forward(norms[1].forward(x))


def main(folder):
    w = weights()
    save_file(w, f"{folder}/weights.safetensors")
    # The whole of the other side: run under the tool, and stack what each key holds.
    get_local.activate()
    run(w)
    captured = {key: np.stack(values) for key, values in get_local.cache.items()}
    save_file(captured, f"{folder}/reference.safetensors")


if __name__ == "__main__":
    main(sys.argv[1])
