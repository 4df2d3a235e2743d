"""Exchanges an optimizer's state with our side: saved here and trained on there, saved there and trained on here.

check.py calls it. Both sides train the same small model by the same batch; README.md lists the files.
"""

import keras
import numpy as np

import make_training_goldens as golden
from answers import TrainedAnswer
from differences import OUTPUT_LIMIT, floats, relative
from report import Report

SIZE = 6
STEPS = 3
MORE_STEPS = 2


def exchange(file):
    """
    @param file a loss and an optimizer, as our side wrote them
    @return what was checked, and what our side must compute; None where Keras failed
    """
    case, report = TrainedAnswer(file), Report()
    inputs = floats(file.parent / "input.f32", (-1, SIZE))
    with report.errors(case, "our optimizer in Keras"):
        ours_to_theirs(case, inputs, report)
    with report.errors(case, "writing Keras's optimizer"):
        write_theirs(case, inputs)
        return report, case
    return report, None


def ours_to_theirs(case, inputs, report):
    model = keras.models.load_model(case.folder / f"ours-{case.number}.keras")
    if int(model.optimizer.iterations) != STEPS:
        raise ValueError(f"the optimizer is at step {int(model.optimizer.iterations)}, not {STEPS}")
    train(model, inputs, MORE_STEPS)
    expected = floats(case.folder / f"ours-{case.number}.after.f32")
    report.check(case, "our optimizer goes on in Keras: .keras", relative(expected, weights(model)), OUTPUT_LIMIT)
    # Keras 3 starts the optimizer of an .h5 afresh; but it must load, and train.
    legacy = keras.models.load_model(case.folder / f"ours-{case.number}.h5")
    train(legacy, inputs, 1)


def write_theirs(case, inputs):
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
        model.save(case.folder / f"theirs-{case.number}.{extension}")
    train(model, inputs, MORE_STEPS)
    case.expected = weights(model)


def train(model, inputs, steps):
    model.run_eagerly = True  # tracing a graph takes longer than the steps
    for _ in range(steps):
        model.train_on_batch(inputs, inputs)


def weights(model):
    return np.concatenate([np.ravel(variable) for variable in model.get_weights()])
