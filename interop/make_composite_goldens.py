"""Makes what CompositeTrainingTest reads: models with several outputs, compiled with a loss and a weight for each in every form
that Keras takes, as the real Keras saves them; and in float64 what it computes: the loss of each output, all gradients, and
the loss before each of ten steps of Adam.

    .venv/bin/python make_composite_goldens.py
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers as L  # noqa: E402

RESOURCES = Path(__file__).resolve().parent.parent / "core/src/test/resources"
BATCH = 5
STEPS = 10


def recurrent():
    """Rebuilds a window and predicts what follows it (Srivastava, Mansimov and Salakhutdinov 2015)."""
    x = keras.Input((6, 2), name="window")
    code = L.LSTM(3, name="code")(x)
    rebuilt = L.LSTM(4, return_sequences=True, name="rebuild")(L.RepeatVector(6, name="repeat")(code))
    predicted = L.LSTM(4, return_sequences=True, name="predict")(L.RepeatVector(2, name="ahead")(code))
    return keras.Model(x, [L.Dense(2, name="rebuilt")(rebuilt), L.Dense(2, name="predicted")(predicted)], name="recurrent")


def dense():
    """An output that another output is computed from, and one that ends in a sigmoid."""
    x = keras.Input((7,), name="x")
    code = L.Dense(3, activation="tanh", name="code")(x)
    rebuilt = L.Dense(7, name="rebuilt")(code)
    doubt = L.Dense(4, activation="sigmoid", name="doubt")(rebuilt)
    return keras.Model(x, [rebuilt, doubt, L.Dense(2, name="aside")(code)], name="dense")


def convolutional():
    x = keras.Input((9, 1), name="x")
    code = L.Conv1D(3, 3, padding="same", activation="relu", name="code")(x)
    return keras.Model(
        x,
        [L.Conv1D(1, 3, padding="same", name="rebuilt")(code), L.Conv1D(2, 2, name="other")(code)],
        name="convolutional",
    )


CASES = [
    (recurrent, dict(loss=["mse", "mae"], loss_weights=[1.0, 0.5])),
    (
        dense,
        dict(
            loss={"rebuilt": keras.losses.Huber(), "doubt": "binary_crossentropy", "aside": "cosine_similarity"},
            loss_weights={"rebuilt": 2.0, "doubt": 0.25, "aside": 0.125},
        ),
    ),
    (convolutional, dict(loss="mse")),
]


def numbers(values):
    return " ".join(repr(float(v)) for v in np.asarray(values).ravel())


def key(variable):
    parts = variable.path.split("/")
    return parts[0] + "/" + parts[-1]


def main():
    lines = []
    random = np.random.default_rng(16)
    (RESOURCES / "keras/composite").mkdir(parents=True, exist_ok=True)
    for make, compiled in CASES:
        keras.config.set_floatx("float32")
        keras.utils.set_random_seed(16)
        saved = make()
        saved.compile(optimizer=keras.optimizers.Adam(0.01), **compiled)
        weights = [w + 0.1 * random.standard_normal(w.shape).astype("float32") for w in saved.get_weights()]
        saved.set_weights(weights)
        for extension in ("keras", "h5"):
            saved.save(RESOURCES / f"keras/composite/{make.__name__}.{extension}")
        x = random.random((BATCH, *saved.input_shape[1:])).astype("float32")
        targets = [random.random((BATCH, *shape[1:])).astype("float32") for shape in saved.output_shape]

        keras.config.set_floatx("float64")
        model = make()
        model.compile(optimizer=keras.optimizers.Adam(0.01), **compiled)
        model.set_weights([w.astype("float64") for w in weights])
        y = [t.astype("float64") for t in targets]
        lines.append(f"case {make.__name__}")
        lines.append(f"inputs {numbers(x)}")
        lines += [f"target {numbers(t)}" for t in targets]
        with tf.GradientTape() as tape:
            outputs = model(x.astype("float64"), training=True)
            total = model.compute_loss(x=x, y=y, y_pred=outputs)
        names = [o._keras_history.operation.name for o in model.outputs]
        for i, name in enumerate(names):
            lines.append(f"output {name} {numbers(outputs[i])}")
        lines.append(f"total {numbers(total)}")
        trained = model.trainable_variables
        for variable, gradient in zip(trained, tape.gradient(total, [v.value for v in trained])):
            lines.append(f"gradient {key(variable)} {numbers(gradient)}")
        steps = []
        for _ in range(STEPS):
            model.reset_metrics()
            steps.append(model.train_on_batch(x.astype("float64"), y, return_dict=True)["loss"])
        lines.append(f"steps {numbers(steps)}")
        for variable in trained:
            lines.append(f"trained {key(variable)} {numbers(variable)}")
    (RESOURCES / "golden/composite.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
