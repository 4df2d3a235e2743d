"""Makes what InputPartsTest reads: models of several inputs that rebuild each of them, compiled with a loss and a weight for
each, as the real Keras saves them; and in float64 what it computes: outputs, the loss before each of ten steps of Adam, and the
weights after them.

    .venv/bin/python make_input_goldens.py
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

RESOURCES = Path(__file__).resolve().parent.parent / "core/src/test/resources"
BATCH = 5
STEPS = 10


def views():
    """A picture and a row of numbers about it, from one code."""
    picture = keras.Input((6, 4, 1), name="picture")
    row = keras.Input((5,), name="row")
    seen = L.Flatten(name="seen")(L.Conv2D(2, 3, strides=2, padding="same", activation="relu", name="look")(picture))
    told = L.Dense(4, activation="tanh", name="told")(row)
    code = L.Dense(3, name="code")(L.Concatenate(name="both")([seen, told]))
    small = L.Reshape((3, 2, 2), name="small")(L.Dense(12, activation="relu", name="wide")(code))
    drawn = L.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid", name="drawn")(small)
    return keras.Model([picture, row], [drawn, L.Dense(5, name="numbers")(code)], name="views")


def alike():
    """Inputs of one shape, whose outputs stand in their order."""
    left = keras.Input((4, 2), name="left")
    right = keras.Input((4, 2), name="right")
    code = L.LSTM(3, name="code")(L.Concatenate(name="both")([left, right]))
    steps = L.LSTM(4, return_sequences=True, name="steps")(L.RepeatVector(4, name="repeat")(code))
    return keras.Model([left, right], [L.Dense(2, name="one")(steps), L.Dense(2, name="other")(steps)], name="alike")


CASES = [
    (views, dict(loss={"drawn": "binary_crossentropy", "numbers": "mae"}, loss_weights={"drawn": 1.0, "numbers": 0.5})),
    (alike, dict(loss="mse")),
]


def numbers(values):
    return " ".join(repr(float(v)) for v in np.asarray(values).ravel())


def key(variable):
    parts = variable.path.split("/")
    return parts[0] + "/" + parts[-1]


def main():
    lines = []
    random = np.random.default_rng(16)
    (RESOURCES / "keras/inputs").mkdir(parents=True, exist_ok=True)
    for make, compiled in CASES:
        keras.config.set_floatx("float32")
        keras.utils.set_random_seed(16)
        saved = make()
        saved.compile(optimizer=keras.optimizers.Adam(0.01), **compiled)
        weights = [w + 0.1 * random.standard_normal(w.shape).astype("float32") for w in saved.get_weights()]
        saved.set_weights(weights)
        saved.save(RESOURCES / f"keras/inputs/{make.__name__}.keras")
        inputs = [random.random((BATCH, *shape[1:])).astype("float32") for shape in saved.input_shape]

        keras.config.set_floatx("float64")
        model = make()
        model.compile(optimizer=keras.optimizers.Adam(0.01), **compiled)
        model.set_weights([w.astype("float64") for w in weights])
        x = [part.astype("float64") for part in inputs]
        lines.append(f"case {make.__name__}")
        lines += [f"input {numbers(part)}" for part in inputs]
        lines += [f"output {numbers(output)}" for output in model(x)]
        steps = []
        for _ in range(STEPS):
            model.reset_metrics()
            steps.append(model.train_on_batch(x, x, return_dict=True)["loss"])
        lines.append(f"steps {numbers(steps)}")
        for variable in model.trainable_variables:
            lines.append(f"trained {key(variable)} {numbers(variable)}")
    (RESOURCES / "golden/inputs.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
