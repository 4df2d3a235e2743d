"""Makes core/src/test/resources/golden/recurrent_dropout.* and convolutional_dropout.*, which KerasGoldenTest holds training
against: recurrent layers and convolutional LSTMs that drop some of what they read.

Random numbers differ, so Keras is given the masks that Hourglass draws: RandomSource.java is computed again here, and the
masks are put where Keras caches its own (`get_dropout_mask`). How many masks there are, where each is used and how they are scaled
is Keras's: each mask that it asks for is one of ours, by gate where it asks for a list.

    .venv/bin/python make_recurrent_dropout_goldens.py
"""

import json

import make_convolutional_lstm_goldens
import make_goldens
import numpy as np
from make_goldens import RESOURCES, GoldenFile, dense, dimensions, keras, repeat_vector, tf, time_distributed
from make_recurrent_goldens import SETTINGS, bidirectional, recurrent, variables_of

SETTINGS["dropout"] = "dropout"
SETTINGS["recurrent_dropout"] = "recurrentDropout"
ALL = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
SEED = 0
STEP = 1


def mix(bits):
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & ALL
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & ALL
    return bits ^ (bits >> 31)


def masks(purpose, batch, count, features, rate):
    """As Hourglass draws them, [count, batch, features]: 0, or 1 / (1 - rate)."""
    state = mix(SEED ^ GAMMA)
    for character in purpose:
        state = mix(state ^ ord(character))
    key = mix((state + STEP * GAMMA) & ALL)
    threshold = int(float(np.float32(rate)) * 2.0**53)
    drawn = np.empty((count, batch, features))
    for sample in range(batch):
        for mask in range(count):
            for feature in range(features):
                place = (sample * count + mask) * features + feature
                bits = mix((key + place * GAMMA) & ALL)
                drawn[mask, sample, feature] = 0 if bits >> 11 < threshold else 1 / (1 - float(np.float32(rate)))
    return drawn


class GivenMasks:
    """Takes the place of a cell's method that draws masks; keeps the number that Keras asks for."""

    def __init__(self, cell, purpose, rate):
        self.cell, self.purpose, self.rate = cell, purpose, rate
        self.draw = cell._create_dropout_mask

    def __call__(self, step_input):
        if self.rate == 0:
            return None
        asked = self.draw(step_input, self.rate)
        count = len(asked) if isinstance(asked, list) else 1
        given = [tf.constant(mask) for mask in masks(self.purpose, *step_input.shape[:1], count, step_input.shape[1], self.rate)]
        return given if isinstance(asked, list) else given[0]


def give_masks(layer, name):
    layer.cell.get_dropout_mask = GivenMasks(layer.cell, name + "/dropout", layer.cell.dropout)
    layer.cell.get_recurrent_dropout_mask = GivenMasks(
        layer.cell, name + "/recurrent_dropout", layer.cell.recurrent_dropout
    )


def cases():
    """(name, batch, sample shape, layers), odd sizes first."""
    both = {"dropout": 0.3, "recurrent_dropout": 0.4}
    for kind, more in (("LSTM", {}), ("GRU", {"reset_after": True}), ("GRU", {"reset_after": False}), ("SimpleRNN", {})):
        name = kind.lower() + ("_before" if more.get("reset_after") is False else "")
        yield f"{name}_dropout", 3, (5, 7), [recurrent(kind, "rnn", 4, True, dropout=0.4, **more)]
        yield f"{name}_recurrent_dropout_last", 3, (4, 3), [
            recurrent(kind, "rnn", 5, False, recurrent_dropout=0.4, **more)
        ]
        yield f"{name}_both", 19, (4, 3), [recurrent(kind, "rnn", 6, True, **both, **more)]
        yield f"{name}_both_wide_backwards", 2, (3, 35), [
            recurrent(kind, "rnn", 37, True, go_backwards=True, use_bias=False, activation="relu", **both, **more)
        ]
    yield "bidirectional_both", 3, (5, 3), [bidirectional("both", "concat", recurrent("LSTM", "lstm", 4, True, **both))]
    yield "bidirectional_last_of_two_kinds", 3, (4, 5), [
        bidirectional(
            "both",
            "sum",
            recurrent("GRU", "gru", 3, False, reset_after=True, dropout=0.5),
            recurrent("SimpleRNN", "rnn", 3, False, go_backwards=True, recurrent_dropout=0.5),
        )
    ]
    yield "chain_autoencoder", 3, (5, 3), [
        recurrent("LSTM", "lstm1", 6, False, **both),
        dense("latent", 4),
        repeat_vector("repeat", 5),
        recurrent("LSTM", "lstm2", 6, True, **both),
        time_distributed("output", 3),
    ]


class GivenConvolutionalMasks(GivenMasks):
    """Of images or rows: one for each gate, of the input each with random numbers of its own."""

    def __call__(self, step_input):
        if self.rate == 0:
            return None
        count = len(self.draw(step_input, self.rate))
        batch, *shape = step_input.shape
        size = int(np.prod(shape))
        if "{}" in self.purpose:
            drawn = [masks(self.purpose.format(gate), batch, 1, size, self.rate)[0] for gate in range(count)]
        else:
            drawn = masks(self.purpose, batch, count, size, self.rate)
        return [tf.constant(mask.reshape(batch, *shape)) for mask in drawn]


def give_convolutional_masks(layer):
    cell = layer.cell
    cell.get_dropout_mask = GivenConvolutionalMasks(cell, f"spatial_dropout/{layer.name}_dropout{{}}", cell.dropout)
    cell.get_recurrent_dropout_mask = GivenConvolutionalMasks(
        cell, f"{layer.name}/recurrent_dropout", cell.recurrent_dropout
    )


def convolutional_cases():
    """(name, batch, sample shape, layers)."""
    two, one = keras.layers.ConvLSTM2D, keras.layers.ConvLSTM1D
    both = {"dropout": 0.3, "recurrent_dropout": 0.4, "name": "lstm"}
    film = (3, 5, 4, 2)
    yield "conv_lstm2d_dropout", 2, film, [two(3, 3, padding="same", return_sequences=True, dropout=0.4, name="lstm")]
    yield "conv_lstm2d_recurrent_dropout_last", 3, film, [two(3, (2, 3), recurrent_dropout=0.4, name="lstm")]
    yield "conv_lstm2d_both", 3, (4, 7, 6, 1), [
        two(5, 3, strides=(2, 1), padding="same", return_sequences=True, go_backwards=True, use_bias=False, **both)
    ]
    yield "conv_lstm2d_both_many", 2, (2, 3, 4, 3), [
        two(17, (3, 2), dilation_rate=(1, 2), activation="relu", recurrent_activation="hard_sigmoid", **both)
    ]
    yield "conv_lstm1d_both", 19, (4, 7, 2), [one(3, 3, padding="same", return_sequences=True, **both)]
    yield "conv_lstm2d_both_stacked", 2, (3, 4, 4, 1), [
        two(3, 3, padding="same", return_sequences=True, **both),
        two(2, 2, padding="same", return_sequences=True, **both | {"name": "second"}),
    ]


def write_convolutional():
    build = make_goldens.build

    def build_with_masks(shape, layers):
        model = build(shape, layers)
        for layer in model.layers:
            if isinstance(layer, (keras.layers.ConvLSTM1D, keras.layers.ConvLSTM2D)):
                give_convolutional_masks(layer)
        return model

    make_goldens.build = build_with_masks
    make_goldens.variables_of = lambda model: list(make_convolutional_lstm_goldens.variables_of(model))
    file = GoldenFile(RESOURCES, "convolutional_dropout")
    for name, batch, shape, made in convolutional_cases():
        made = [("", lambda layer=layer: layer) for layer in made]
        config = json.dumps({"class_name": "Functional", "config": build(shape, made).get_config()})
        file.case(name, [f"input {dimensions(shape)}", "keras " + config.replace("float64", "float32")])
        for array, values in make_goldens.run_layer_case(name, batch, shape, made).items():
            file.array(array, values)
    file.write()
    make_goldens.build = build


def main():
    file = GoldenFile(RESOURCES, "recurrent_dropout")
    build = make_goldens.build

    def build_with_masks(shape, layers):
        model = build(shape, layers)
        for layer in model.layers:
            if isinstance(layer, keras.layers.Bidirectional):
                give_masks(layer.forward_layer, layer.name + "/forward")
                give_masks(layer.backward_layer, layer.name + "/backward")
            elif isinstance(layer, keras.layers.RNN):
                give_masks(layer, layer.name)
        return model

    make_goldens.build = build_with_masks
    for name, batch, shape, layers in cases():
        file.case(name, [f"input {dimensions(shape)}"] + ["layer " + text for text, _ in layers])
        for array_name, values in make_goldens.run_layer_case(name, batch, shape, layers).items():
            file.array(array_name, values)
    file.write()


if __name__ == "__main__":
    make_goldens.compute_in("float64")
    write_convolutional()
    make_goldens.variables_of = lambda model: list(variables_of(model))
    main()
