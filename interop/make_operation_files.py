"""Makes operations/*, which KerasOperationsTest reads: models of the real Keras in which operations of keras.ops stand beside
layers. Beside each lies a .bin: 4 inputs, then what Keras makes of them in float32.

    .venv/bin/python make_operation_files.py
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402
from keras import ops  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/operations"
SAMPLES = 4


def model(name, inputs, values):
    """All values in a row."""
    outputs = L.Concatenate(name="all")([v if len(v.shape) == 2 else L.Flatten()(v) for v in values])
    return keras.Model(inputs, outputs, name=name)


def slices():
    inputs = keras.Input((6, 4))
    x = L.Dense(4, name="first")(inputs)
    deep = L.Reshape((2, 3, 2, 2))(x)
    vector = L.Flatten()(x)
    return model("slices", inputs, [
        x[:, 1:], x[:, :-2], x[:, -3:, :], x[:, 1:4, 1:3], x[:, -1, :], x[:, 0], x[..., :2], x[:, :, -1], x[:, ::2],
        x[:, 1::3, 1], x[:, None, 2, :], vector[:, 2:5], vector[:, ::5], deep[:, 1, ..., 0], deep[:, :, 1:, :, 1],
        deep[:, 0, :2, None, 1:], x[:, 2:100],
    ])


def reductions():
    inputs = keras.Input((4, 6, 3))
    x = L.Conv2D(3, 2, padding="same", name="first")(inputs)
    steps = L.Reshape((8, 9))(x)
    vector = L.Flatten()(x)
    return model("reductions", inputs, [
        ops.mean(x, axis=(1, 2)), ops.max(x, axis=[1, 2], keepdims=True), ops.sum(x, axis=-1), ops.min(x, axis=2),
        ops.mean(x, axis=(1, 3)), ops.mean(steps, axis=1), ops.max(steps, axis=-1, keepdims=True), ops.sum(steps, axis=1),
        ops.min(steps, axis=(1, 2), keepdims=True), ops.mean(vector, axis=-1, keepdims=True), ops.average(steps, axis=1),
        ops.sum(vector, axis=1, keepdims=True),
    ])


def axes():
    inputs = keras.Input((4, 6, 3))
    x = L.Conv2D(3, 2, padding="same", name="first")(inputs)
    steps = L.Reshape((8, 9))(x)
    short = x[:, 0, 0]
    return model("axes", inputs, [
        ops.reshape(x, (-1, 72)), ops.reshape(x, (-1, 8, 9))[:, :1], ops.transpose(x, (0, 3, 1, 2))[:, :, :, 1:],
        ops.swapaxes(steps, 1, 2)[:, 1:4], ops.moveaxis(x, -1, 1)[:, 1], ops.expand_dims(short, 1), ops.expand_dims(short, -1),
        ops.squeeze(ops.expand_dims(short, 1), 1), ops.squeeze(x[:, 1:2, 2:3]), ops.stack([short, short * 2], axis=1),
        ops.stack([steps, steps + 1], axis=-1)[:, 0, 1], ops.concatenate([x, x * 2], axis=-1)[:, 0, 0],
        ops.concatenate([steps, steps[:, :1]], axis=1)[:, -2:, 0], ops.pad(steps, ((0, 0), (1, 2), (0, 0)))[..., :2],
        ops.pad(x, [[0, 0], [0, 1], [2, 0], [0, 1]])[:, -2:, :3], ops.repeat(steps, 3, axis=1)[:, 1:5, :2],
        ops.repeat(steps, 2, axis=-1)[:, 0], ops.tile(short, [1, 3]), ops.tile(ops.expand_dims(short, 1), [1, 4, 1]),
        ops.matmul(steps, ops.transpose(steps, (0, 2, 1))), ops.normalize(steps, axis=-1)[:, 3],
    ])


def numbers():
    inputs = keras.Input((8,))
    x = L.Dense(8, name="first")(inputs)
    return model("numbers", inputs, [
        -x, abs(x), x**2, ops.power(x, 3), ops.power(x, 4), ops.square(x), ops.clip(x, 0, 1), ops.clip(x, -0.5, 0.25),
        ops.maximum(x, 0.0), ops.maximum(0.2, x), ops.minimum(x, 0.3), x * 2, 2 - x, x / 4, 0.5 + x, x - 1, x * inputs,
        x - inputs, ops.maximum(x, inputs), ops.minimum(x, inputs), x + inputs, ops.cast(x, "float32"), ops.ones_like(x) + x,
        ops.zeros_like(x),
    ])


def functions():
    inputs = keras.Input((4, 8))
    x = L.Dense(8, name="first")(inputs) * 4
    return model("functions", inputs, [
        ops.relu(x), ops.relu6(x), ops.sigmoid(x), ops.tanh(x), ops.softplus(x), ops.softsign(x), ops.silu(x), ops.selu(x),
        ops.exp(x), ops.hard_sigmoid(x), ops.hard_silu(x), ops.hard_tanh(x), ops.log_sigmoid(x), ops.gelu(x),
        ops.gelu(x, approximate=False), ops.leaky_relu(x, 0.1), ops.elu(x, 0.5), ops.celu(x), ops.squareplus(x), ops.softmax(x),
        ops.log_softmax(x, axis=-1),
    ])


def splits():
    """As a variational autoencoder cuts mean and variance out of one layer."""
    inputs = keras.Input((5, 4))
    x = L.Dense(12, name="first")(inputs)
    mean, variance = ops.split(x, 2, axis=-1)
    one, _, three = ops.split(mean, 3, axis=-1)
    early, late = ops.split(variance, [2], axis=1)
    sample = L.Dense(3, name="last")(mean * ops.exp(variance * 0.5))
    return model("splits", inputs, [sample, one, three, early, late])


def save(made, numbers):
    FOLDER.mkdir(exist_ok=True)
    made.set_weights([numbers.uniform(-0.8, 0.8, w.shape) for w in made.get_weights()])
    for extension in ["keras", "h5"]:
        made.save(FOLDER / f"{made.name}.{extension}")
    inputs = numbers.uniform(-1, 1, (SAMPLES,) + made.input_shape[1:]).astype("float32")
    outputs = keras.ops.convert_to_numpy(made(inputs, training=False))
    np.concatenate([inputs.ravel(), outputs.ravel()]).astype("<f4").tofile(FOLDER / f"{made.name}.bin")


def main():
    numbers_of = np.random.default_rng(16)
    for make in [slices, reductions, axes, numbers, functions, splits]:
        save(make(), numbers_of)


main()
