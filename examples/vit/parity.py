#!/usr/bin/env python3
"""Compares the attention maps that the program captured, number by number, with two others.

    python3 examples/vit/parity.py

1. onnxruntime, on the model that the weights come from: two photographs, float32 and float16.
2. The Python tool AnyCapture 0.1.4, on the same forward pass in numpy: keys, list lengths, shapes,
   values.
"""

import subprocess

import fetch
import python

KEY = "Attention.forward.attention_map"
LIMITS = {"float32": 1e-4, "float16": 5e-3}


def photographs():
    """A cat (CC0) and a flower (CC-BY 2.0, vultilion on Flickr), as 224x224 PNG files, which the program leaves as they are."""
    import pathlib

    import sklearn
    from PIL import Image, ImageOps

    sources = {
        "cat": fetch.CAT,
        "flower": pathlib.Path(sklearn.__file__).parent / "datasets" / "images" / "flower.jpg",
    }
    for name, source in sources.items():
        target = python.WORK / f"{name}_224.png"
        ImageOps.fit(Image.open(source).convert("RGB"), (224, 224), Image.Resampling.BICUBIC).save(target)
        yield name, target


def run(*arguments):
    """What a program of the workspace prints. It fails where that does, as the companion does where two files part."""
    cargo = ["cargo", "run", "--quiet", "--release", "-p", *map(str, arguments)]
    done = subprocess.run(cargo, cwd=python.ROOT, capture_output=True, text=True)
    if done.returncode:
        python.fail(f"{' '.join(cargo)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def ours(weights, image, export):
    """Has the program export what it captured."""
    files = ["--weights", weights, "--image", image, "--export", export, "--output", python.WORK / "pictures"]
    run("vit", "--features", "capture", "--", *files)
    return export


def pixels(image):
    """[3, 224, 224], as the model takes them."""
    import numpy as np
    from PIL import Image

    mean, deviation = (np.array(text.split(), np.float32) for text in (fetch.MEAN, fetch.DEVIATION))
    values = np.asarray(Image.open(image), np.float32) / 255
    return np.ascontiguousarray(((values - mean) / deviation).transpose(2, 0, 1))


def reference():
    """The ONNX model with its twelve Softmax outputs as outputs."""
    import onnx
    import onnxruntime

    model = onnx.load(fetch.onnx_file())
    names = [node.output[0] for node in model.graph.node if node.op_type == "Softmax"]
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    return lambda image: [value[0] for value in session.run(names, {"input_image": image[None]})]


def numpy_forward(weights, image):
    """The engine's forward pass in numpy, its `Attention.forward` under the Python tool. Gives the tool's cache."""
    import numpy as np
    from anycapture import get_local
    from safetensors.numpy import load_file
    from scipy.special import erf

    w = {name: value.astype(np.float32) for name, value in load_file(weights).items()}

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + np.float32(1e-6)) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(x, name):
        return x @ w[f"{name}.weight"] + w[f"{name}.bias"]

    class Attention:
        def __init__(self, name):
            self.name = name

        @get_local("attention_map")
        def forward(self, x):
            tokens, width = x.shape
            size = width // fetch.HEADS
            q, k, v = linear(x, f"{self.name}.qkv").reshape(tokens, 3, fetch.HEADS, size).transpose(1, 2, 0, 3)
            scores = q @ k.swapaxes(-1, -2) / np.float32(size**0.5)
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            attention_map = scores / scores.sum(-1, keepdims=True)
            x = (attention_map @ v).transpose(1, 0, 2).reshape(tokens, width)
            return linear(x, f"{self.name}.proj")

    get_local.activate()
    channels, side, _, width = w["patch.weight"].shape
    grid = image.shape[1] // side
    patches = image.reshape(channels, grid, side, grid, side).transpose(1, 3, 0, 2, 4).reshape(grid * grid, -1)
    x = patches @ w["patch.weight"].reshape(-1, width) + w["patch.bias"]
    x = np.concatenate([w["cls"][None], x]) + w["position"]
    for layer in range(fetch.LAYERS):
        name = f"blocks.{layer}"
        x = x + w[f"{name}.scale1"] * Attention(name).forward(norm(x, f"{name}.norm1"))
        hidden = linear(norm(x, f"{name}.norm2"), f"{name}.fc1")
        hidden = hidden * np.float32(0.5) * (1 + erf(hidden / np.float32(2**0.5)))
        x = x + w[f"{name}.scale2"] * linear(hidden.astype(np.float32), f"{name}.fc2")
    return get_local.cache


def compare(title, export, key, wanted, limit):
    """Writes `wanted`, a map a layer, as the reference, and has the companion say where the two files part."""
    import numpy as np
    from safetensors.numpy import save_file

    reference = python.WORK / "reference.safetensors"
    layers = np.arange(len(wanted), dtype=np.int64)
    save_file({key: np.stack(wanted), f"{key}#index": layers, f"{key}#sequence": layers}, reference)
    said = run("anycapture-tools", "--", "diff", export, reference, "--tolerance", limit)
    print(f"{title}\n{said}", flush=True)


def main():
    for flag in ([], ["--f16"]):
        done = subprocess.run(["python3", str(python.HERE / "fetch.py"), *flag])
        if done.returncode:
            raise SystemExit(done.returncode)
    python.enter()

    ask = reference()
    for photo, image in photographs():
        wanted = ask(pixels(image))
        for kind, name in (("float32", "vit_small"), ("float16", "vit_small_f16")):
            weights = python.WORK / f"{name}.safetensors"
            export = ours(weights, image, python.WORK / f"{photo}_{kind}.safetensors")
            compare(f"onnxruntime, {photo}, {kind}", export, KEY, wanted, LIMITS[kind])

    image = python.WORK / "cat_224.png"
    weights = python.WORK / "vit_small.safetensors"
    [(key, wanted)] = numpy_forward(weights, pixels(image)).items()
    # The tool writes where a class stands, `numpy_forward.<locals>.`, in front of its name.
    key = key.rpartition("<locals>.")[2]
    export = ours(weights, image, python.WORK / "cat_float32.safetensors")
    compare(f"AnyCapture 0.1.4, cat, key {key}", export, key, wanted, LIMITS["float32"])


if __name__ == "__main__":
    main()
