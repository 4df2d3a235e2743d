"""Makes the files that LayerVariablesTest reads: models of the real Keras whose variables start and are held in every way
that Hourglass has, and their weights and losses in ten steps of training. README.md describes them.

    .venv/bin/python make_constraint_files.py
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import constraints as C  # noqa: E402
from keras import initializers as I  # noqa: E402
from keras import layers as L  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/constrained"
STEPS = 10
SAMPLES = 4


def dense():
    return keras.Sequential([
        keras.Input((6,), name="x"),
        L.Dense(5, activation="tanh", kernel_initializer="he_normal", bias_initializer=I.Constant(0.25),
                kernel_constraint=C.MaxNorm(0.7), bias_constraint=C.NonNeg(), name="squeeze"),
        L.Dense(4, kernel_initializer=I.RandomUniform(-0.3, 0.4), kernel_constraint=C.UnitNorm(axis=1), name="code"),
        L.PReLU(alpha_initializer=I.RandomNormal(0.0, 0.2), alpha_constraint="non_neg", name="slopes"),
        L.Dense(6, kernel_initializer=I.Orthogonal(0.5), kernel_constraint=C.MinMaxNorm(0.4, 0.6, rate=0.5, axis=[0]),
                bias_constraint=C.MaxNorm(0.01), name="rebuild"),
    ], name="dense"), keras.optimizers.SGD(0.5, momentum=0.9)


def convolutional():
    return keras.Sequential([
        keras.Input((5, 4, 2), name="x"),
        L.Conv2D(3, 3, padding="same", activation="elu", kernel_initializer="lecun_uniform",
                 kernel_constraint=C.MaxNorm(0.5, axis=[0, 1, 2]), name="filters"),
        L.BatchNormalization(gamma_initializer=I.TruncatedNormal(1.0, 0.1), gamma_constraint=C.NonNeg(),
                             beta_constraint=C.MaxNorm(0.02), name="norm"),
        L.DepthwiseConv2D(3, padding="same", depthwise_initializer="he_uniform",
                          depthwise_constraint=C.UnitNorm(axis=(0, 1)), name="apart"),
        L.SeparableConv2D(4, 2, padding="same", depthwise_initializer=I.VarianceScaling(0.5, "fan_out", "uniform"),
                          pointwise_initializer="glorot_normal", depthwise_constraint=C.NonNeg(),
                          pointwise_constraint=C.MinMaxNorm(0.2, 0.3, axis=[-2]), name="mixed"),
        L.Conv2DTranspose(2, 3, padding="same", kernel_constraint=C.UnitNorm(axis=[0, 1, 3]), name="back"),
    ], name="convolutional"), keras.optimizers.Adam(0.05)


def recurrent():
    way = L.GRU(3, return_sequences=True, recurrent_initializer=I.Orthogonal(0.7),
                kernel_constraint=C.MaxNorm(0.6), name="way")
    return keras.Sequential([
        keras.Input((4, 3), name="x"),
        L.LSTM(4, return_sequences=True, bias_initializer=I.Constant(0.1), recurrent_initializer="lecun_normal",
               kernel_constraint=C.MinMaxNorm(0.5, 0.9, rate=0.3), recurrent_constraint=C.MaxNorm(0.5, axis=1),
               bias_constraint=C.NonNeg(), name="states"),
        L.Bidirectional(way, merge_mode="sum", name="both"),
        L.SimpleRNN(3, return_sequences=True, recurrent_initializer=I.Identity(), recurrent_constraint="unit_norm",
                    name="simple"),
        L.TimeDistributed(L.Dense(3, kernel_initializer="ones", kernel_constraint=C.UnitNorm(), name="inner"), name="each"),
    ], name="recurrent"), keras.optimizers.RMSprop(0.02)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number, make in enumerate((dense, convolutional, recurrent)):
        keras.utils.set_random_seed(number)
        model, optimizer = make()
        model.compile(optimizer=optimizer, loss="mean_squared_error")
        inputs = np.random.default_rng(number).random((SAMPLES, *model.input_shape[1:]), dtype=np.float32)
        model.save(FOLDER / f"{model.name}.keras")
        model.save(FOLDER / f"{model.name}.h5")
        numbers = [inputs]
        for _ in range(STEPS):
            numbers.append(np.asarray(model.train_on_batch(inputs, inputs)))
            numbers.extend(weight.numpy() for weight in model.weights)
        flat = b"".join(np.asarray(n.detach() if hasattr(n, "detach") else n).astype("<f4").tobytes() for n in numbers)
        (FOLDER / f"{model.name}.bin").write_bytes(flat)


if __name__ == "__main__":
    main()
