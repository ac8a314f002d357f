"""The Vision Transformer of `../engine.rs`, in JAX: trained by train.py, asked by reference.py.

Matrices lie (in, out), so a layer is `x @ weight + bias`, as in the engine.
"""

import jax
import jax.numpy as jnp
import numpy as np

IMAGE, PATCH, CHANNELS = 28, 4, 1
WIDTH, HEADS, LAYERS, MLP, CLASSES = 64, 4, 4, 256, 10
GRID = IMAGE // PATCH
EPSILON = 1e-6
# Of the training pixels, between 0 and 1.
MEAN, DEVIATION = 0.1307, 0.3081


def init(rng):
    """Fresh weights, under the names that the engine's loader asks for."""

    def matrix(inputs, outputs):
        # Glorot: keeps the size of activations from layer to layer.
        limit = (6 / (inputs + outputs)) ** 0.5
        return rng.uniform(-limit, limit, (inputs, outputs))

    def small(*shape):
        return rng.normal(0, 0.02, shape)

    weights = {
        "patch.weight": matrix(CHANNELS * PATCH * PATCH, WIDTH).reshape(CHANNELS, PATCH, PATCH, WIDTH),
        "patch.bias": np.zeros(WIDTH),
        "cls": small(WIDTH),
        "position": small(GRID * GRID + 1, WIDTH),
        "norm.weight": np.ones(WIDTH),
        "norm.bias": np.zeros(WIDTH),
        "head.weight": small(WIDTH, CLASSES),
        "head.bias": np.zeros(CLASSES),
    }
    for layer in range(LAYERS):
        block = {
            "norm1.weight": np.ones(WIDTH),
            "norm1.bias": np.zeros(WIDTH),
            "qkv.weight": matrix(WIDTH, 3 * WIDTH),
            "qkv.bias": np.zeros(3 * WIDTH),
            "proj.weight": matrix(WIDTH, WIDTH),
            "proj.bias": np.zeros(WIDTH),
            "norm2.weight": np.ones(WIDTH),
            "norm2.bias": np.zeros(WIDTH),
            "fc1.weight": matrix(WIDTH, MLP),
            "fc1.bias": np.zeros(MLP),
            "fc2.weight": matrix(MLP, WIDTH),
            "fc2.bias": np.zeros(WIDTH),
        }
        weights |= {f"blocks.{layer}.{name}": value for name, value in block.items()}
    return {name: jnp.asarray(value, jnp.float32) for name, value in weights.items()}


def layer_norm(x, weight, bias):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + EPSILON) * weight + bias


def forward(weights, images):
    """Images (n, 28, 28) between 0 and 1 -> logits (n, 10), attention maps (n, layers, heads, tokens, tokens)."""
    n = images.shape[0]
    x = (images - MEAN) / DEVIATION
    x = x.reshape(n, GRID, PATCH, GRID, PATCH).transpose(0, 1, 3, 2, 4).reshape(n, GRID * GRID, -1)
    x = x @ weights["patch.weight"].reshape(-1, WIDTH) + weights["patch.bias"]
    x = jnp.concatenate([jnp.broadcast_to(weights["cls"], (n, 1, WIDTH)), x], 1) + weights["position"]
    maps = []
    for layer in range(LAYERS):
        w = {name: weights[f"blocks.{layer}.{name}"] for name in BLOCK}
        y = layer_norm(x, w["norm1.weight"], w["norm1.bias"]) @ w["qkv.weight"] + w["qkv.bias"]
        q, k, v = y.reshape(n, -1, 3, HEADS, WIDTH // HEADS).transpose(2, 0, 3, 1, 4)
        attention_map = jax.nn.softmax(q @ k.swapaxes(-1, -2) / (WIDTH // HEADS) ** 0.5, -1)
        maps.append(attention_map)
        y = (attention_map @ v).transpose(0, 2, 1, 3).reshape(n, -1, WIDTH)
        x = x + y @ w["proj.weight"] + w["proj.bias"]
        y = layer_norm(x, w["norm2.weight"], w["norm2.bias"])
        y = jax.nn.gelu(y @ w["fc1.weight"] + w["fc1.bias"], approximate=False)
        x = x + y @ w["fc2.weight"] + w["fc2.bias"]
    x = layer_norm(x, weights["norm.weight"], weights["norm.bias"])
    return x[:, 0] @ weights["head.weight"] + weights["head.bias"], jnp.stack(maps, 1)


BLOCK = [
    f"{part}.{kind}"
    for part in ("norm1", "qkv", "proj", "norm2", "fc1", "fc2")
    for kind in ("weight", "bias")
]
