"""Makes normalization/*, which NormalizationFilesTest reads: models of the real Keras with Normalization layers, adapted to data
or given their numbers, in front and within. Beside each lies a .bin: 4 inputs, then what Keras makes of them in float32.

    .venv/bin/python make_normalization_files.py
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/normalization"
SAMPLES = 4


def adapted(data, **settings):
    layer = L.Normalization(**settings)
    layer.adapt(data)
    return layer


def models(random):
    """Each with the data that it reads."""
    table = (random.normal(size=(40, 3)) * [1, 200, 0.01] + [5, -1000, 0]).astype("float32")
    yield table, keras.Sequential(
        [
            keras.Input((3,)),
            adapted(table),
            L.Dense(2, activation="tanh", name="code"),
            L.Dense(3, name="rebuilt"),
            adapted(table, invert=True, name="back"),
        ],
        name="table",
    )
    series = (random.normal(size=(30, 6, 2)) * [3, 0.5] + [1, 10]).astype("float32")
    inputs = keras.Input((6, 2))
    first = adapted(series, axis=None, name="first")(inputs)
    code = L.LSTM(3, name="code")(first)
    steps = L.LSTM(2, return_sequences=True, name="steps")(L.RepeatVector(6, name="repeated")(code))
    yield series, keras.Model(inputs, adapted(series, axis=1, name="by_step")(steps), name="series")
    images = random.random((20, 4, 5, 2)).astype("float32") * 255
    yield images, keras.Sequential(
        [
            keras.Input((4, 5, 2)),
            L.Normalization(mean=[100.0, 150.0], variance=[900.0, 400.0], name="given"),
            L.Conv2D(3, 3, padding="same", activation="relu", name="code"),
            adapted(random.random((20, 4, 5, 3)), axis=(1, 3), name="within"),
            L.Conv2D(2, 3, padding="same", name="rebuilt"),
            L.Normalization(mean=[1.0, 3.0], variance=[0.5, 2.0], axis=(2, 3), name="in_turn"),
            L.Normalization(mean=2.0, variance=0.25, axis=None, invert=True, name="of_all"),
        ],
        name="images",
    )


def main():
    FOLDER.mkdir(exist_ok=True)
    keras.utils.set_random_seed(7)
    for data, model in models(np.random.default_rng(7)):
        for extension in ["keras", "h5"]:
            model.save(FOLDER / f"{model.name}.{extension}")
        inputs = data[:SAMPLES]
        outputs = model.predict(inputs, verbose=0)
        (FOLDER / f"{model.name}.bin").write_bytes(inputs.tobytes() + outputs.astype("float32").tobytes())


if __name__ == "__main__":
    main()
