"""Makes golden/penalties.txt, which PenaltyGoldenTest reads: the loss and all gradients of small autoencoders that are sparse by
mean activities or contractive, in float64, as PyTorch and TensorFlow differentiate them.

Run from the repository's root, in a virtual environment with torch 2.13.0, keras 3.15.1 and tensorflow 2.21.0:

    .venv/bin/python interop/make_penalty_goldens.py

Neither is told a formula of ours for a Jacobian: both frameworks compute each sample's whole Jacobian by reverse
differentiation, and differentiate its squared Frobenius norm once more. A case is a line 'case', the penalties as Hourglass
writes them, the shape of a sample, each layer's units and activation, and samples; then a line for each array: its name and
its numbers. The two frameworks must agree to 1e-10, or nothing is written.
"""

import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import torch  # noqa: E402

FILE = Path(__file__).resolve().parent.parent / "core/src/test/resources/golden/penalties.txt"
# Penalties, shape of a sample, units and activation of each layer, samples.
CASES = [
    ("a/contraction lambda 0.1", (7,), "a:5:sigmoid b:7:linear", 5),
    ("a/contraction lambda 0.5;b/contraction lambda 0.25", (6,), "a:9:tanh b:3:sigmoid c:6:sigmoid", 33),
    ("a/contraction lambda 0.05;b/contraction lambda 0.2", (5,), "a:8:relu b:4:leaky_relu c:5:linear", 18),
    ("b/contraction lambda 0.3", (4, 3), "a:5:tanh b:6:sigmoid c:3:linear", 17),
    ("a/sparsity rho 0.05 beta 3.0", (7,), "a:5:sigmoid b:7:linear", 5),
    ("a/sparsity rho 0.2 beta 0.5;b/sparsity rho 0.5 beta 0.25", (6,), "a:35:sigmoid b:3:sigmoid c:6:tanh", 37),
    ("a/sparsity rho 0.1 beta 2.0", (3, 2), "a:4:sigmoid b:2:linear", 19),
    ("a/contraction lambda 0.2;a/sparsity rho 0.05 beta 0.5;a/activity l1 0.125", (8,), "a:6:sigmoid b:8:linear", 21),
]
OF_TORCH = {
    "linear": lambda x: x,
    "relu": torch.relu,
    "leaky_relu": lambda x: torch.nn.functional.leaky_relu(x, 0.2),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}
OF_TENSORFLOW = {
    "linear": tf.identity,
    "relu": tf.nn.relu,
    "leaky_relu": lambda x: tf.maximum(x, 0.2 * x),  # tf.nn.leaky_relu takes its slope in float32
    "sigmoid": tf.sigmoid,
    "tanh": tf.tanh,
}


def parse(penalties):
    """Layer, kind and settings of each."""
    for penalty in penalties.split(";"):
        place, *settings = penalty.split(" ")
        yield *place.split("/"), dict(zip(settings[::2], map(float, settings[1::2])))


def sparsity(mean, log, settings):
    """By unit."""
    rho, beta = settings["rho"], settings["beta"]
    return beta * (rho * log(rho / mean) + (1 - rho) * log((1 - rho) / (1 - mean)))


def of_torch(case, samples, arrays):
    penalties, _, layers, _ = case
    variables = {name: torch.tensor(values, dtype=torch.float64, requires_grad=True) for name, values in arrays.items()}

    def layer(name, activation, values):
        return OF_TORCH[activation](values @ variables[name + "/kernel"] + variables[name + "/bias"])

    x = torch.tensor(samples, dtype=torch.float64)
    read, given, activations = {}, {}, {}
    value = x
    for name, _, activation in layers:
        read[name], activations[name] = value, activation
        value = given[name] = layer(name, activation, value)
    total = torch.mean((value - x) ** 2)
    for name, kind, settings in parse(penalties):
        if kind == "contraction":
            of_one = torch.func.jacrev(lambda one: layer(name, activations[name], one))
            total = total + settings["lambda"] * torch.sum(torch.func.vmap(of_one)(read[name]) ** 2) / len(x)
        elif kind == "sparsity":
            total = total + torch.sum(sparsity(torch.mean(given[name], dim=0), torch.log, settings))
        else:
            total = total + settings["l1"] * torch.sum(torch.abs(given[name])) / len(x)
    total.backward()
    return float(total.detach()), {name: variable.grad.numpy() for name, variable in variables.items()}


def of_tensorflow(case, samples, arrays):
    penalties, _, layers, _ = case
    variables = {name: tf.Variable(values, dtype=tf.float64) for name, values in arrays.items()}
    x = tf.constant(samples, tf.float64)
    with tf.GradientTape() as tape:
        given, jacobians = {}, {}
        value = x
        for name, _, activation in layers:
            with tf.GradientTape() as inner:
                inner.watch(value)
                product = tf.tensordot(value, variables[name + "/kernel"], 1) + variables[name + "/bias"]
                after = OF_TENSORFLOW[activation](product)
            jacobians[name] = inner.batch_jacobian(after, value)
            value = given[name] = after
        total = tf.reduce_mean((value - x) ** 2)
        for name, kind, settings in parse(penalties):
            if kind == "contraction":
                total += settings["lambda"] * tf.reduce_sum(jacobians[name] ** 2) / len(samples)
            elif kind == "sparsity":
                total += tf.reduce_sum(sparsity(tf.reduce_mean(given[name], axis=0), tf.math.log, settings))
            else:
                total += settings["l1"] * tf.reduce_sum(tf.abs(given[name])) / len(samples)
    gradients = tape.gradient(total, list(variables.values()))
    return float(total), {name: np.asarray(gradient) for name, gradient in zip(variables, gradients)}


def main():
    lines = []
    for number, (penalties, shape, text, count) in enumerate(CASES):
        generator = np.random.default_rng(100 + number)
        layers = [(name, int(units), activation) for name, units, activation in (each.split(":") for each in text.split())]
        samples = generator.uniform(-1, 1, (count, *shape)).astype(np.float32)
        arrays = {}
        inputs = shape[-1]
        for name, units, _ in layers:
            arrays[name + "/kernel"] = generator.normal(0, 0.7, (inputs, units)).astype(np.float32)
            arrays[name + "/bias"] = generator.normal(0, 0.5, units).astype(np.float32)
            inputs = units
        case = (penalties, shape, layers, count)
        total, gradients = of_torch(case, samples, arrays)
        other, others = of_tensorflow(case, samples, arrays)
        assert abs(total - other) < 1e-10 * abs(total), (total, other)
        for name, gradient in gradients.items():
            np.testing.assert_allclose(others[name], gradient, rtol=0, atol=1e-10 * np.abs(gradient).max())
        sizes = ",".join(map(str, shape))
        lines.append(f"case {penalties.replace(' ', '~')} {sizes} {text.replace(' ', ',')} {count}")
        held = {"samples": samples, **arrays, "loss": np.array([total])}
        held.update({f"gradient/{name}": gradient for name, gradient in gradients.items()})
        for name, values in held.items():
            lines.append(name + " " + " ".join(f"{value:.9g}" for value in values.ravel()))
    FILE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
