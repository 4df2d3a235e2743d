"""Makes the files that KerasStatesTest reads: recurrent layers that begin with states of other layers, as the real Keras
saves them. Beside each model, NAME.txt has what Keras computes in float64 with the same weights: a batch of inputs, the
outputs, and the gradients of the mean squared error by the inputs and by every variable, the targets being zeros.

    .venv/bin/python make_state_files.py            all
    .venv/bin/python make_state_files.py NAME …     some of them
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers as L  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/states"
BATCH = 3
MASKED = -0.5


def translator():
    """The usual encoder and decoder: the decoder begins with both states, and reads the code at each step."""
    x = keras.Input((5, 3), name="x")
    code, h, c = L.LSTM(4, return_state=True, name="encoder")(x)
    steps = L.RepeatVector(5, name="repeat")(code)
    states = L.LSTM(4, return_sequences=True, name="decoder")(steps, initial_state=[h, c])
    return keras.Model(x, L.Dense(3, name="rebuilt")(states), name="translator")


def gates():
    """GRUs of both kinds and a simple layer; sequences leave beside the states, from the end of what is read."""
    x = keras.Input((6, 2), name="x")
    states, last = L.GRU(5, return_sequences=True, return_state=True, go_backwards=True, name="first")(x)
    again, end = L.GRU(
        5, reset_after=False, activation="relu", return_sequences=True, return_state=True, name="second"
    )(states, initial_state=last)
    return keras.Model(x, L.SimpleRNN(5, use_bias=False, return_sequences=True, name="third")(again, end), name="gates")


def cells():
    """The cell alone is read; more units than a panel has; other functions; a single step."""
    x = keras.Input((1, 3), name="x")
    _, _, c = L.LSTM(37, return_state=True, activation="softsign", name="first")(x)
    second = L.LSTM(37, return_sequences=True, recurrent_activation="hard_sigmoid", name="second")
    return keras.Model(x, L.Dense(2, name="last")(second(x, initial_state=[c, c])), name="cells")


def masked():
    """States behind steps that are skipped, at the end as well; states of dense layers."""
    x = keras.Input((5, 2), name="x")
    steps = L.Masking(MASKED, name="mask")(x)
    flat = L.Flatten(name="flat")(x)
    h = L.Dense(3, activation="tanh", name="h")(flat)
    c = L.Dense(3, name="c")(flat)
    _, end, cell = L.LSTM(3, return_sequences=True, return_state=True, name="ends")(steps)
    states = L.LSTM(3, return_sequences=True, name="states")(x, initial_state=[h, c])
    last = L.LSTM(3, go_backwards=True, name="last")(states, initial_state=[cell, end])
    return keras.Model(x, last, name="masked")


def shared():
    """One layer at two places, which begins the second time as it ended the first; a state leaves the model."""
    x = keras.Input((4, 3), name="x")
    walk = L.LSTM(3, return_sequences=True, return_state=True, name="walk")
    states, h, c = walk(x)
    again, _, end = walk(states, initial_state=[h, c])
    return keras.Model(x, [again, end], name="shared")


def cell():
    """RNN around one cell of each kind, with states of its own and of others; none is a layer of Keras's."""
    x = keras.Input((5, 3), name="x")
    walk = L.RNN(L.LSTMCell(4, name="a"), return_sequences=True, return_state=True, name="walk")
    states, h, c = walk(x)
    last = L.RNN(L.GRUCell(4, recurrent_activation="hard_sigmoid", name="b"), go_backwards=True, name="last")(states, initial_state=h)
    steps = L.RepeatVector(5, name="repeat")(last)
    again = L.RNN(L.GRUCell(4, reset_after=False, name="c"), return_sequences=True, name="again")(steps, initial_state=c)
    back = L.RNN(L.SimpleRNNCell(3, use_bias=False, name="d"), return_sequences=True, name="back")(again)
    return keras.Model(x, back, name="cell")


def stack():
    """Cells one upon the other, in a Sequential, beside layers of the same kinds."""
    cells = [L.GRUCell(5, name="a"), L.LSTMCell(4, activation="relu", name="b"), L.GRUCell(3, use_bias=False, name="c")]
    return keras.Sequential(
        [
            keras.Input((6, 2), name="x"),
            L.GRU(3, return_sequences=True, name="first"),
            L.Masking(MASKED, name="mask"),
            L.RNN(cells, name="stacked"),
            L.RepeatVector(6, name="repeat"),
            L.RNN([L.SimpleRNNCell(4, name="a"), L.SimpleRNNCell(5, name="b")], return_sequences=True, name="other"),
            L.RNN(L.StackedRNNCells([L.LSTMCell(2, name="a")]), return_sequences=True, name="alone"),
        ],
        name="stack",
    )


def both_ways():
    """Layers both ways of each kind and merge mode: what one ends with, another begins with; a single state is read."""
    x = keras.Input((5, 3), name="x")
    walk = L.Bidirectional(L.LSTM(4, return_sequences=True, return_state=True), name="first")
    states, h, c, back_h, back_c = walk(x)
    second = L.Bidirectional(L.LSTM(4, return_state=True, activation="relu"), merge_mode="mul", name="second")
    code, _, end, _, _ = second(states, initial_state=[back_h, c, h, back_c])
    steps = L.RepeatVector(5, name="repeat")(code)
    third = L.Bidirectional(
        L.GRU(4, return_sequences=True, return_state=True, reset_after=False), merge_mode="sum", name="third"
    )
    again, _, last = third(steps, initial_state=[end, code])
    fourth = L.Bidirectional(L.SimpleRNN(4, return_sequences=True), merge_mode="ave", name="fourth")
    return keras.Model(x, L.Dense(3, name="rebuilt")(fourth(again, initial_state=[last, back_c])), name="both_ways")


def both_ways_masked():
    """States behind steps that are skipped, and one way of another kind."""
    x = keras.Input((5, 2), name="x")
    steps = L.Masking(MASKED, name="mask")(x)
    walk = L.Bidirectional(L.LSTM(6, return_sequences=True, return_state=True), name="walk")
    _, h, _, _, back_c = walk(steps)
    two = L.Bidirectional(
        L.GRU(6, return_state=True),
        backward_layer=L.SimpleRNN(6, return_state=True, go_backwards=True),
        merge_mode="sum",
        name="two",
    )
    code, _, back = two(steps, initial_state=None)
    last = L.Bidirectional(L.LSTM(6), merge_mode="ave", name="last")
    return keras.Model(x, last(L.RepeatVector(1, name="repeat")(code), initial_state=[h, back_c, back, h]), name="both_ways_masked")


def film():
    """Convolutional LSTMs that begin as others ended."""
    x = keras.Input((3, 5, 4, 2), name="x")
    first = L.ConvLSTM2D(3, (2, 3), padding="same", return_sequences=True, return_state=True, name="first")
    states, h, c = first(x)
    second = L.ConvLSTM2D(3, 3, padding="same", return_state=True, go_backwards=True, use_bias=False, name="second")
    code, _, end = second(states, initial_state=[h, c])
    third = L.ConvLSTM2D(3, 2, padding="same", activation="elu", return_sequences=True, name="third")
    return keras.Model(x, third(x, initial_state=[code, end]), name="film")


def rows():
    """The same over rows, with strides, more filters than a vector has lanes, and a state that leaves the model."""
    x = keras.Input((4, 7, 2), name="x")
    first = L.ConvLSTM1D(17, 3, strides=2, padding="same", return_sequences=True, return_state=True, name="first")
    _, h, c = first(x)
    second = L.ConvLSTM1D(17, 3, strides=2, padding="same", return_state=True, name="second")
    last, _, end = second(x, initial_state=[c, h])
    return keras.Model(x, [last, end], name="rows")


def variables_of(layer):
    """With the names that Hourglass has for them."""
    if isinstance(layer, L.Bidirectional):
        ways = [("forward_", layer.forward_layer), ("backward_", layer.backward_layer)]
        return [(f"{layer.name}/{way}{variable.name}", variable) for way, each in ways for variable in each.weights if "seed" not in variable.name]
    cells = getattr(getattr(layer, "cell", None), "cells", [])
    named = [(f"{layer.name}_{each.name}", variable) for each in cells for variable in each.weights]
    named = named or [(layer.name, variable) for variable in layer.weights]
    return [(path, variable) for path, variable in named if "seed" not in variable.name]


def compute_in(precision):
    keras.config.set_floatx(precision)
    keras.config.set_dtype_policy(precision)


def numbers(values):
    return " ".join(format(value, ".9g") for value in np.asarray(values).ravel())


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number, make in enumerate(
        [translator, gates, cells, masked, shared, cell, stack, both_ways, both_ways_masked, film, rows]
    ):
        if sys.argv[1:] and make.__name__ not in sys.argv[1:]:
            continue
        random = np.random.default_rng(number)
        compute_in("float32")
        model = make()
        for variable in model.weights:
            if "seed" not in variable.name:
                variable.assign(random.uniform(-0.7, 0.7, variable.shape))
        for extension in ("keras", "h5"):
            model.save(FOLDER / f"{model.name}.{extension}")

        compute_in("float64")
        exact = make()
        for variable, value in zip(exact.weights, model.get_weights()):
            if "seed" not in variable.name:
                variable.assign(value.astype("float64"))
        inputs = random.uniform(-1, 1, (BATCH, *model.inputs[0].shape[1:])).astype("float32")
        if make in (masked, both_ways_masked):
            inputs[0, :2] = MASKED
            inputs[1, -1] = MASKED
            inputs[2] = MASKED
        read = tf.constant(inputs.astype("float64"))
        with tf.GradientTape() as tape:
            tape.watch(read)
            outputs = exact(read, training=True)
            outputs = outputs if isinstance(outputs, list) else [outputs]
            loss = sum(tf.reduce_mean(tf.square(output)) for output in outputs)
        assert loss.dtype == "float64"
        variables = [each for layer in exact.layers for each in variables_of(layer)]
        gradients = tape.gradient(loss, [read] + [variable.value for _, variable in variables])
        lines = [f"inputs {numbers(inputs)}"]
        lines += [f"output {numbers(output)}" for output in outputs]
        lines += [f"gradient input {numbers(gradients[0])}"]
        for (path, variable), gradient in zip(variables, gradients[1:]):
            lines.append(f"gradient {path if '/' in path else path + '/' + variable.name} {numbers(gradient)}")
        (FOLDER / f"{model.name}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
