"""Makes golden/variational.txt, which VariationalGoldenTest reads: the loss and all gradients of small variational
autoencoders in float64, as PyTorch and Keras compute them with the noise that Hourglass draws.

Run from the repository's root, in a virtual environment with torch 2.13.0, keras 3.15.1 and tensorflow 2.21.0:

    .venv/bin/python interop/make_variational_goldens.py

A case is a line 'case', the loss as Hourglass writes it, sizes of input, hidden layers and code, samples and the seed;
then a line for each array: its name and its numbers. The two frameworks must agree to 1e-10, or nothing is written.
"""

import math
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import torch  # noqa: E402

FILE = Path(__file__).resolve().parent.parent / "core/src/test/resources/golden/variational.txt"
LAYERS = ("a", "m", "v", "b", "last")
BITS = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
# Loss, weight of the divergence, sizes of input, hidden layers and code, samples, seed.
CASES = [
    ("binary_crossentropy", 1.0, 7, 6, 3, 5, 11),
    ("mean_squared_error", 0.25, 9, 4, 2, 3, 12),
    ("binary_crossentropy", 4.0, 5, 35, 17, 33, 13),
]


def mix(bits):
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & BITS
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & BITS
    return bits ^ (bits >> 31)


def normals(seed, purpose, index, count):
    """As RandomSource.normal draws them for the first places of a key."""
    key = mix(seed ^ GAMMA)
    for character in purpose:
        key = mix(key ^ ord(character))
    key = mix((key + index * GAMMA) & BITS)

    def part(draw):
        bits = mix((key + draw * GAMMA) & BITS)
        return ((bits - (1 << 64) if bits >> 63 else bits) >> 11) * 2.0**-52

    drawn = []
    for place in range(count):
        draw = 2 * place
        while True:
            x, y = part(draw), part(draw + 1)
            square = x * x + y * y
            if 0 < square < 1:
                drawn.append(np.float32(x * math.sqrt(-2 * math.log(square) / square)))
                break
            draw += 1 << 40
    return np.array(drawn, np.float64)


def weights(generator, inputs, hidden, code):
    sizes = {"a": (inputs, hidden), "m": (hidden, code), "v": (hidden, code), "b": (code, hidden), "last": (hidden, inputs)}
    return {
        f"{layer}/{name}": generator.normal(0, 0.5, sizes[layer][-1:] if name == "bias" else sizes[layer]).astype(np.float32)
        for layer in LAYERS
        for name in ("kernel", "bias")
    }


def of_torch(loss, beta, samples, noise, arrays):
    variables = {name: torch.tensor(values, dtype=torch.float64, requires_grad=True) for name, values in arrays.items()}
    x = torch.tensor(samples, dtype=torch.float64)

    def dense(layer, values):
        return values @ variables[layer + "/kernel"] + variables[layer + "/bias"]

    hidden = torch.tanh(dense("a", x))
    mean, log_variance = dense("m", hidden), dense("v", hidden)
    code = mean + torch.exp(log_variance / 2) * torch.tensor(noise)
    output = torch.sigmoid(dense("last", torch.tanh(dense("b", code))))
    if loss == "binary_crossentropy":
        wrong = torch.nn.functional.binary_cross_entropy(output, x, reduction="sum")
    else:
        wrong = torch.nn.functional.mse_loss(output, x, reduction="sum")
    divergence = -0.5 * torch.sum(1 + log_variance - mean**2 - torch.exp(log_variance))
    total = (wrong + beta * divergence) / len(samples)
    total.backward()
    parts = [float(part.detach()) for part in (total, wrong / len(samples), divergence / len(samples))]
    return parts, {name: variable.grad.numpy() for name, variable in variables.items()}


def of_keras(loss, beta, samples, noise, arrays):
    keras.backend.set_floatx("float64")
    built = {}
    for layer, activation in zip(LAYERS, ("tanh", None, None, "tanh", "sigmoid")):
        built[layer] = keras.layers.Dense(len(arrays[layer + "/bias"]), activation=activation)
        built[layer].build((None, len(arrays[layer + "/kernel"])))
        built[layer].set_weights([arrays[layer + "/kernel"], arrays[layer + "/bias"]])
    variables = [variable for layer in LAYERS for variable in built[layer].trainable_variables]
    x = tf.constant(samples, tf.float64)
    with tf.GradientTape() as tape:
        hidden = built["a"](x)
        mean, log_variance = built["m"](hidden), built["v"](hidden)
        output = built["last"](built["b"](mean + keras.ops.exp(log_variance / 2) * noise))
        mean_wrong = keras.losses.get(loss)(x, output)
        wrong = keras.ops.mean(mean_wrong) * x.shape[1]
        kl = -0.5 * keras.ops.sum(1 + log_variance - keras.ops.square(mean) - keras.ops.exp(log_variance), axis=1)
        total = wrong + beta * keras.ops.mean(kl)
    gradients = tape.gradient(total, [variable.value for variable in variables])
    return float(total), {name: np.asarray(gradient) for name, gradient in zip(arrays, gradients)}


def main():
    lines = []
    for loss, beta, inputs, hidden, code, count, seed in CASES:
        generator = np.random.default_rng(seed)
        samples = generator.uniform(0, 1, (count, inputs)).astype(np.float32)
        arrays = weights(generator, inputs, hidden, code)
        noise = normals(seed, "sampling/z", 1, count * code).reshape(count, code)
        parts, gradients = of_torch(loss, beta, samples, noise, arrays)
        total, others = of_keras(loss, beta, samples, noise, arrays)
        assert abs(total - parts[0]) < 1e-10 * abs(total), (total, parts)
        for name, gradient in gradients.items():
            np.testing.assert_allclose(others[name], gradient, rtol=0, atol=1e-10 * np.abs(gradient).max())
        lines.append(f"case {loss}:penalties=z/divergence~beta~{beta} {inputs} {hidden} {code} {count} {seed}")
        held = {"samples": samples, **arrays, "parts": np.array(parts)}
        held.update({f"gradient/{name}": gradient for name, gradient in gradients.items()})
        for name, values in held.items():
            lines.append(name + " " + " ".join(f"{value:.9g}" for value in values.ravel()))
    FILE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
