#!/usr/bin/env python3
"""Compares what the program captured with a forward pass in numpy, number by number.

    python3 examples/candle-bert/parity.py

Everything is calculated anew from the weights and the vocabulary: the tokens, and in float64 every layer's input and
attention. `anycapture diff` says where the two part.
"""

import json
import math
import pathlib
import re
import subprocess
import sys

import fetch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vit"))
import python  # the virtual environment

SENTENCES = {
    "cat": "The cat sat on the mat because it was tired.",
    "pieces": "Unbelievably, the tokenizers' wordpieces (all 27 of them!) were re-transformed; nobody noticed.",
}
KEY = "BertSelfAttention.forward"
TOLERANCE = 1e-5


def tokens(text):
    """Identifiers of WordPiece tokens: from each word, the longest piece that is in the vocabulary, again and again."""
    vocabulary = json.loads((fetch.MODEL / "tokenizer.json").read_text())["model"]["vocab"]
    found = ["[CLS]"]
    for word in re.findall(r"\w+|[^\w\s]", text.lower()):
        start, pieces = 0, []
        while start < len(word):
            mark = "##" if start else ""
            ends = (end for end in range(len(word), start, -1) if mark + word[start:end] in vocabulary)
            end = next(ends, None)
            if end is None:
                pieces = ["[UNK]"]
                break
            pieces.append(mark + word[start:end])
            start = end
        found += pieces
    return [vocabulary[token] for token in found + ["[SEP]"]]


def forward(weights, config, ids):
    """Yields a layer's input, [tokens, width], and its attention, [heads, tokens, tokens], layer by layer."""
    import numpy as np

    heads, count = config["num_attention_heads"], len(ids)
    erf = np.vectorize(math.erf)

    def linear(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        deviation = np.sqrt((x**2).mean(-1, keepdims=True) + config["layer_norm_eps"])
        return x / deviation * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def split(x):
        return x.reshape(count, heads, -1).transpose(1, 0, 2)

    table = {name: weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")}
    x = norm(table["word"][ids] + table["position"][:count] + table["token_type"][0], "embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        q, k, v = (split(linear(x, f"{name}.attention.self.{part}")) for part in ("query", "key", "value"))
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        yield x, shares
        context = (shares @ v).transpose(1, 0, 2).reshape(count, -1)
        x = norm(x + linear(context, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")
        hidden = linear(x, f"{name}.intermediate.dense")
        hidden = hidden * (1 + erf(hidden / math.sqrt(2))) / 2
        x = norm(x + linear(hidden, f"{name}.output.dense"), f"{name}.output.LayerNorm")


def reference(path, text):
    """Writes what the program should have captured."""
    import numpy as np
    from safetensors.numpy import load_file, save_file

    weights = {name: value.astype(np.float64) for name, value in load_file(fetch.MODEL / "model.safetensors").items()}
    config = json.loads((fetch.MODEL / "config.json").read_text())
    states, shares = zip(*forward(weights, config, tokens(text)))
    layers = np.arange(len(states))
    # With the dimension of the batch. The model binds `attention_probs` twice.
    wanted = {"hidden_states": (np.stack(states), layers), "attention_probs": (np.stack(shares).repeat(2, 0), layers.repeat(2))}
    tensors = {}
    for name, (values, index) in wanted.items():
        tensors[f"{KEY}.{name}"] = values[:, None].astype(np.float32)
        tensors[f"{KEY}.{name}#index"] = index.astype(np.int64)
    save_file(tensors, path)


def run(*arguments):
    cargo = ["cargo", "run", "--quiet", "--release", "-p", *map(str, arguments)]
    done = subprocess.run(cargo, cwd=python.ROOT, capture_output=True, text=True)
    if done.returncode:
        python.fail(f"{' '.join(cargo)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    fetch.main()
    python.enter(HERE / "requirements.txt")
    work = fetch.WORK / "parity"
    work.mkdir(exist_ok=True)
    for name, text in SENTENCES.items():
        ours, theirs = work / f"{name}.safetensors", work / f"{name}_numpy.safetensors"
        run("candle-bert", "--features", "capture", "--", text, "--output", work, "--export", ours)
        reference(theirs, text)
        both = ["--only", f"{KEY}.hidden_states", "--only", f"{KEY}.attention_probs"]
        said = run("anycapture-tools", "--", "diff", ours, theirs, *both, "--tolerance", TOLERANCE)
        print(f"{text}\n{said}", flush=True)


if __name__ == "__main__":
    main()
