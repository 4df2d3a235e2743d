"""Makes the files that LayerPenaltiesTest reads: a model of the real Keras whose layers are held small in every way that
Hourglass has, trained for three steps, and what those steps made of it.

    .venv/bin/python make_regularizer_files.py
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402
from keras import regularizers as R  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/regularized"


def model():
    both = L.LSTM(3, return_sequences=True, kernel_regularizer="l2", recurrent_regularizer=R.L1(0.003), name="way")
    found = keras.Sequential([
        keras.Input((4, 2), name="x"),
        L.Bidirectional(both, name="both"),
        L.Dense(3, activation="tanh", kernel_regularizer=R.L1L2(0.001, 0.002), activity_regularizer=R.L1(0.01), name="code"),
        L.TimeDistributed(L.Dense(2, bias_regularizer=R.L2(0.05), name="inner"), name="each"),
    ], name="held")
    found.compile(optimizer=keras.optimizers.SGD(0.1), loss="mean_squared_error")
    return found


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(7)
    held = model()
    inputs = np.random.default_rng(7).random((4, 4, 2), dtype=np.float32)
    held.save(FOLDER / "held.keras")
    held.save(FOLDER / "held.h5")
    losses = [held.train_on_batch(inputs, inputs) for _ in range(3)]
    outputs = held.predict(inputs, verbose=0)
    numbers = [inputs, np.asarray(losses), outputs]
    (FOLDER / "held.bin").write_bytes(b"".join(np.asarray(n).astype("<f4").tobytes() for n in numbers))
    print(losses)


if __name__ == "__main__":
    main()
