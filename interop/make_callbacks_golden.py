"""Writes what Keras's EarlyStopping, ReduceLROnPlateau and ModelCheckpoint do on series of validation losses.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install keras==3.15.1 numpy==2.4.6 torch==2.13.0
    KERAS_BACKEND=torch .venv/bin/python interop/make_callbacks_golden.py

A line is a callback's name, its settings, the losses and what came of it; CallbacksKerasTest says which is which.
"""

from pathlib import Path

import keras
import numpy as np

TARGET = Path("core/src/test/resources/dev/hourglass/train/callbacks-golden.txt")
EPOCHS = 40


def series(random):
    """A loss that falls, with noise, plateaus and now and then a rise; multiples of 1/1024, so that no sum is rounded."""
    level = random.uniform(0.2, 2)
    losses = []
    for _ in range(EPOCHS):
        if random.random() < 0.6:
            level *= random.uniform(0.8, 1.02)
        noise = random.choice([0, 0, 1]) * random.normal() * 0.03
        losses.append(float(np.round(max(0.001, level + noise) * 1024) / 1024))
    return losses


def model():
    """One number for a weight: the epoch, so that restored weights tell where they are from."""
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    made.compile(optimizer=keras.optimizers.Adam(0.001), loss="mse", metrics=["mae"])
    return made


def run(callback, made, losses):
    """Drives a callback as fit does; gives the learning rate after each epoch."""
    callback.set_model(made)
    made.stop_training = False
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        made.set_weights([np.array([[epoch + 1.0]], np.float32)])
        callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": loss})
        rates.append(float(np.float32(keras.ops.convert_to_numpy(made.optimizer.learning_rate))))
        if made.stop_training:
            break
    callback.on_train_end()
    return rates


def numbers(values):
    return " ".join(repr(value) for value in values)


def early(random, losses):
    min_delta = float(random.choice([0, 0, 2**-10, 2**-6]))
    patience = int(random.choice([0, 1, 2, 3, 5]))
    start = int(random.choice([0, 0, 2, 7]))
    made = model()
    callback = keras.callbacks.EarlyStopping(
        min_delta=min_delta, patience=patience, start_from_epoch=start, restore_best_weights=True
    )
    run(callback, made, losses)
    stopped = callback.stopped_epoch + 1 if callback.stopped_epoch > 0 else 0
    return ["early", min_delta, patience, start, numbers(losses), stopped, int(made.get_weights()[0][0, 0])]


def plateau(random, losses):
    factor = float(random.choice([0.1, 0.5, 0.3]))
    patience = int(random.choice([0, 1, 2, 4]))
    min_delta = float(random.choice([0, 2**-10, 2**-5]))
    cooldown = int(random.choice([0, 0, 1, 3]))
    min_lr = float(random.choice([0, 1e-5, 3e-4]))
    callback = keras.callbacks.ReduceLROnPlateau(
        factor=factor, patience=patience, min_delta=min_delta, cooldown=cooldown, min_lr=min_lr
    )
    rates = run(callback, model(), losses)
    return ["plateau", factor, patience, min_delta, cooldown, min_lr, numbers(losses), numbers(rates)]


def best(losses):
    made = model()
    saved = []
    made.save_weights = lambda *args, **kwargs: saved.append(int(made.get_weights()[0][0, 0]))
    callback = keras.callbacks.ModelCheckpoint("unused.weights.h5", save_best_only=True, save_weights_only=True)
    run(callback, made, losses)
    return ["best", numbers(losses), numbers(saved)]


def main():
    random = np.random.default_rng(6)
    lines = []
    for _ in range(60):
        lines.append(early(random, series(random)))
        lines.append(plateau(random, series(random)))
    lines += [best(series(random)) for _ in range(10)]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text("".join(";".join(str(field) for field in line) + "\n" for line in lines))
    print(f"{len(lines)} lines, Keras {keras.__version__}")


if __name__ == "__main__":
    main()
