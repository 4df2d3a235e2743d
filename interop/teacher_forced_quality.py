"""Measures what the lab sequences-teacher-forced learned, for docs/quality.md: its error as it was trained, told the true step
before each; let run by itself, told its own; and with the codes of other samples, which shows what the codes are good for. Beside
them, the error of taking each step for the one before.

    ./hourglass lab sequences-teacher-forced --out RUN
    .venv/bin/python interop/teacher_forced_quality.py RUN
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402

HOURGLASS = os.environ.get("HOURGLASS", str(Path(__file__).resolve().parent.parent / "hourglass"))


def test_samples(shape):
    """The lab's, as a model that changes nothing gives them."""
    with tempfile.TemporaryDirectory() as folder:
        x = keras.Input(shape)
        keras.Model(x, keras.layers.Activation("linear")(x)).save(f"{folder}/same.keras")
        given = ["--data", "sequences:test", "--out", f"{folder}/samples.npy"]
        subprocess.run([HOURGLASS, "reconstruct", f"{folder}/same.keras", *given], check=True, stdout=subprocess.DEVNULL)
        return np.load(f"{folder}/samples.npy")


def rebuilt(model, codes, told):
    """@param told the true samples, or None where the decoder is told what it gave the step before"""
    layer = model.get_layer
    cell, output = layer("dec_lstm").cell, layer("output").layer
    states = [layer("dec_h")(codes), layer("dec_c")(codes)]
    steps, features = model.output_shape[1:]
    before = np.zeros((len(codes), features), "float32")
    result = []
    for step in range(steps):
        _, states = cell(before, states)
        result.append(np.asarray(output(states[0])))
        before = result[-1] if told is None else told[:, step]
    return np.stack(result, axis=1)


def main():
    (path,) = Path(sys.argv[1], "models").glob("*_autoencoder.keras")
    model = keras.saving.load_model(path)
    samples = test_samples(model.input_shape[1:])
    codes = np.asarray(keras.Model(model.input, model.get_layer("latent").output)(samples))
    whole = np.asarray(model(samples))
    forced = rebuilt(model, codes, samples)
    assert np.abs(forced - whole).max() < 1e-4, np.abs(forced - whole).max()
    before = np.concatenate([np.zeros_like(samples[:, :1]), samples[:, :-1]], axis=1)
    for what, values in (
        ("told the true step before", forced),
        ("the same with the code of another sample", rebuilt(model, np.roll(codes, 1, axis=0), samples)),
        ("told its own step before", rebuilt(model, codes, None)),
        ("the same with the code of another sample", rebuilt(model, np.roll(codes, 1, axis=0), None)),
        ("the step before itself", before),
    ):
        print(f"{np.mean(np.square(values - samples, dtype='float64')):.6f}  {what}")


if __name__ == "__main__":
    main()
