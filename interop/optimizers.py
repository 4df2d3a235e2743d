"""Exchanges each optimizer's state with our side: saved here and trained on there, saved there and trained on here.

interop/check.py calls it. Both sides train the same small model by the same batch; README.md lists the files.
"""

import keras
import numpy as np

import make_training_goldens as golden

STEPS = 3
MORE_STEPS = 2
SIZE = 6
LIMIT = 1e-5


class Case:
    """A loss and an optimizer, as our side wrote them."""

    kind = "optimizer"

    def __init__(self, file):
        self.number = file.stem.split("-")[1]
        self.loss, self.optimizer = file.read_text().split(" ")
        self.name = f"{self.loss} {self.optimizer}"
        self.expected = {}


def exchange(folder, our_side, report):
    """@param our_side calls OptimizerExchange with words"""
    our_side("write", folder)
    inputs = np.fromfile(folder / "input.f32", "<f4").reshape(-1, SIZE)
    cases = [Case(file) for file in sorted(folder.glob("case-*.txt"))]
    for case in cases:
        with report.errors(case, "our optimizer in Keras"):
            ours_to_theirs(folder, case, inputs, report)
        with report.errors(case, "writing Keras's optimizer"):
            write_theirs(folder, case, inputs)
    our_side("read", folder)
    for case in cases:
        with report.errors(case, "Keras's optimizer read by our side"):
            theirs_to_ours(folder, case, report)


def ours_to_theirs(folder, case, inputs, report):
    model = keras.models.load_model(folder / f"ours-{case.number}.keras")
    if int(model.optimizer.iterations) != STEPS:
        raise ValueError(f"the optimizer is at step {int(model.optimizer.iterations)}, not {STEPS}")
    train(model, inputs, MORE_STEPS)
    expected = np.fromfile(folder / f"ours-{case.number}.after.f32", "<f4")
    report.check(case, "our optimizer goes on in Keras: .keras", difference(expected, weights(model)), LIMIT)
    # Keras 3 starts the optimizer of an .h5 afresh; but it must load, and train.
    legacy = keras.models.load_model(folder / f"ours-{case.number}.h5")
    train(legacy, inputs, 1)


def write_theirs(folder, case, inputs):
    keras.utils.set_random_seed(int(case.number) + 1)
    model = keras.Sequential(
        [
            keras.Input((SIZE,)),
            keras.layers.Dense(3, activation="tanh", name="squeeze"),
            keras.layers.Dense(SIZE, activation="sigmoid", name="rebuild"),
        ]
    )
    model.compile(optimizer=golden.optimizer(case.optimizer), loss=golden.loss(case.loss))
    train(model, inputs, STEPS)
    for extension in ["keras", "h5"]:
        model.save(folder / f"theirs-{case.number}.{extension}")
    train(model, inputs, MORE_STEPS)
    case.expected = weights(model)


def theirs_to_ours(folder, case, report):
    for extension in ["keras", "h5"]:
        name = f"theirs-{case.number}.{extension}"
        found = np.fromfile(folder / f"{name}.after.f32", "<f4")
        report.check(case, f"Keras's optimizer goes on in ours: .{extension}", difference(case.expected, found), LIMIT)


def train(model, inputs, steps):
    for _ in range(steps):
        model.train_on_batch(inputs, inputs)


def weights(model):
    return np.concatenate([np.ravel(variable) for variable in model.get_weights()])


def difference(expected, found):
    return float(np.abs(expected - found).max() / max(1.0, np.abs(expected).max()))
