"""Makes variational.keras, .h5 and .bin, which VariationalKerasTest reads: a variational autoencoder that the real Keras
wrote, whose code a small nested model of Keras's own layers draws.

Run from the repository's root, in a virtual environment with keras 3.15.1 and tensorflow 2.21.0:

    .venv/bin/python interop/make_variational_files.py

The .bin (float32, little-endian) holds 4 inputs and what Keras's predict makes of them.
"""

import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

RESOURCES = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras"


def sampling(size, name):
    mean = keras.Input((size,), name="mean")
    log_variance = keras.Input((size,), name="log_variance")
    half = L.Rescaling(0.5, name="half_log_variance")(log_variance)
    deviation = L.Activation("exponential", name="deviation")(half)
    noise = L.GaussianNoise(1.0, name="noise")(L.Rescaling(0.0, name="zeros")(mean))
    scaled = L.Multiply(name="scaled_noise")([deviation, noise])
    return keras.Model([mean, log_variance], L.Add(name="sample")([mean, scaled]), name=name)


def main():
    keras.utils.set_random_seed(7)
    inputs = keras.Input((6,))
    hidden = L.Dense(5, activation="tanh", name="hidden")(inputs)
    ends = [L.Dense(2, name=name, bias_initializer="random_normal")(hidden) for name in ("center", "spread")]
    output = L.Dense(6, activation="sigmoid", name="output")(sampling(2, "code")(ends))
    model = keras.Model(inputs, output, name="variational")
    samples = np.random.default_rng(1).normal(size=(4, 6)).astype("<f4")
    outputs = np.asarray(model.predict(samples, verbose=0), "<f4")
    model.save(RESOURCES / "variational.keras")
    model.save(RESOURCES / "variational.h5")
    (RESOURCES / "variational.bin").write_bytes(samples.tobytes() + outputs.tobytes())


if __name__ == "__main__":
    main()
