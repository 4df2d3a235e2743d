"""Makes each_step.*, which LayerPenaltiesTest reads: a model of the real Keras with activities that are held small within and
around TimeDistributed, trained for three steps, and what those steps made of it. Keras (3.15.1, on
TensorFlow) has those around it in its loss, and those of a model within it, but not those of a layer within it.

    .venv/bin/python make_activity_files.py
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402
from keras import regularizers as R  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/regularized"


def model():
    inner = keras.Sequential(
        [keras.Input((3,)), L.Dense(3, activation="tanh", name="deep"), L.ActivityRegularization(l1=0.5, name="deep_activity")],
        name="inner",
    )
    found = keras.Sequential(
        [
            keras.Input((4, 2), name="x"),
            L.TimeDistributed(L.Dense(3, activation="tanh"), activity_regularizer=R.L2(0.02), name="code"),
            L.TimeDistributed(L.ActivityRegularization(l2=0.5), name="nothing"),
            L.TimeDistributed(inner, name="model"),
            L.ActivityRegularization(l1=0.01, name="all"),
            L.TimeDistributed(L.Dense(2, activity_regularizer=R.L1(0.5)), name="each"),
        ],
        name="each_step",
    )
    found.compile(optimizer=keras.optimizers.SGD(0.1), loss="mean_squared_error")
    return found


def main():
    keras.utils.set_random_seed(7)
    held = model()
    inputs = np.random.default_rng(7).random((4, 4, 2), dtype=np.float32)
    held.save(FOLDER / "each_step.keras")
    held.save(FOLDER / "each_step.h5")
    losses = [held.train_on_batch(inputs, inputs) for _ in range(3)]
    outputs = held.predict(inputs, verbose=0)
    numbers = [inputs, np.asarray(losses), outputs]
    (FOLDER / "each_step.bin").write_bytes(b"".join(np.asarray(n).astype("<f4").tobytes() for n in numbers))
    print(losses)


if __name__ == "__main__":
    main()
