"""Makes gaussian_noise.keras, .h5 and .bin, which GaussianNoiseKerasTest reads: a small model of the real Keras with a
GaussianNoise layer. Keras's NumPy backend is enough, since nothing is trained.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 keras==3.15.1 h5py==3.14.0 jax
    .venv/bin/python interop/make_noise_files.py

The .bin (float32, little-endian) holds 4 inputs and what Keras's predict makes of them.
"""

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "numpy"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

RESOURCES = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras"


def main():
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            L.GaussianNoise(0.125, name="noise", seed=3),
            L.Dense(2, activation="tanh", name="code"),
            L.Dense(6, name="output"),
        ],
        name="noisy",
    )
    inputs = np.random.default_rng(1).normal(size=(4, 6)).astype("<f4")
    outputs = np.asarray(model.predict(inputs, verbose=0), "<f4")
    model.save(RESOURCES / "gaussian_noise.keras")
    model.save(RESOURCES / "gaussian_noise.h5")
    (RESOURCES / "gaussian_noise.bin").write_bytes(inputs.tobytes() + outputs.tobytes())


if __name__ == "__main__":
    main()
