"""Makes the configurations that UnsupportedLayersTest reads: models by the real Keras with a layer that Hourglass lacks.
The tests need no weights, so the config.json of each .keras file is all that is kept.

    .venv/bin/python make_unsupported.py
"""

import os
import tempfile
import zipfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
from keras import layers  # noqa: E402

RESOURCES = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/unsupported"
IMAGE = (8, 8, 2)


def one(shape, layer):
    """The layer between two that Hourglass has."""
    inputs = keras.Input(shape)
    value = layer(inputs)
    return keras.Model(inputs, layers.Dense(2, name="last")(value))


MODELS = {
    "conv_lstm3d": lambda: one((3, 4, 4, 4, 2), layers.ConvLSTM3D(2, 3, name="it")),
    "bicubic": lambda: one(IMAGE, layers.UpSampling2D(interpolation="bicubic", name="it")),
}

RESOURCES.mkdir(parents=True, exist_ok=True)
with tempfile.TemporaryDirectory() as scratch:
    for name, build in MODELS.items():
        file = Path(scratch) / f"{name}.keras"
        build().save(file)
        with zipfile.ZipFile(file) as zip:
            (RESOURCES / f"{name}.json").write_bytes(zip.read("config.json"))
        print(f"{(RESOURCES / f'{name}.json').stat().st_size:8,} {name}")
