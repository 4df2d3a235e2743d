"""Makes core/src/test/resources/golden/masks.*, which KerasGoldenTest holds the engine against: sequences some of whose
steps are masked, at the start, in the middle, at the end and all of them.

As make_vocabulary_goldens.py, but for the inputs, which have such steps, and the loss: that of Keras's own class, which
leaves out the steps that the output's mask names.

    .venv/bin/python make_mask_goldens.py
"""

import json

import make_goldens as goldens
import numpy as np
from make_goldens import keras, tf
from make_recurrent_goldens import variables_of

layers = keras.layers
MASK_VALUE = -0.5


def cells():
    for units in (4, 33):
        for sequences in (True, False):
            name = f"{units}" + ("" if sequences else "_last")
            yield f"masked_lstm_{name}", [layers.LSTM(units, return_sequences=sequences)]
            yield f"masked_gru_{name}", [layers.GRU(units, return_sequences=sequences)]
    yield "masked_lstm_relu", [layers.LSTM(5, activation="relu", return_sequences=True)]
    yield "masked_lstm_backwards", [layers.LSTM(5, go_backwards=True, return_sequences=True)]
    yield "masked_gru_before", [layers.GRU(5, reset_after=False, return_sequences=True)]
    yield "masked_gru_backwards", [layers.GRU(5, go_backwards=True, use_bias=False)]
    yield "masked_rnn", [layers.SimpleRNN(5, return_sequences=True)]
    yield "masked_rnn_backwards", [layers.SimpleRNN(5, go_backwards=True)]


def chains():
    yield "masked_stack_backwards", [
        layers.LSTM(4, go_backwards=True, return_sequences=True), layers.LSTM(3, return_sequences=True), layers.Dense(2)]
    for mode in ("concat", "ave"):
        yield f"masked_both_ways_{mode}", [layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode=mode)]
        yield f"masked_both_ways_{mode}_last", [layers.Bidirectional(layers.GRU(4), merge_mode=mode)]
    yield "masked_loss", [
        layers.GRU(4, return_sequences=True), layers.TimeDistributed(layers.Dense(3, activation="sigmoid"))]
    yield "masked_dense_first", [layers.Dense(4, activation="tanh"), layers.LeakyReLU(), layers.LSTM(3)]
    yield "mask_ends_at_repeat", [
        layers.LSTM(4), layers.RepeatVector(5), layers.LSTM(3, return_sequences=True), layers.Dense(2)]
    yield "mask_ends_at_convolution", [
        layers.Conv1D(4, 3, padding="same", activation="tanh"), layers.LSTM(3, return_sequences=True)]


def inputs_of(name, batch, shape):
    """Each sample has other steps that don't count; of the last sample none does."""
    inputs = goldens.uniform(name + "/input", (batch, *shape))
    inputs[0, -2:] = MASK_VALUE
    inputs[1, :2] = MASK_VALUE
    inputs[2, 1::2] = MASK_VALUE
    inputs[3, 2, 1:] = MASK_VALUE  # not all features
    inputs[-1] = MASK_VALUE
    return inputs


def run(name, batch, shape, made):
    """All arrays of one case, by name."""
    model = goldens.build(shape, [("", lambda layer=layer: layer) for layer in made])
    arrays = {"input": inputs_of(name, batch, shape)}
    for path, variable in variables_of(model):
        value = goldens.uniform(f"{name}/{path}", variable.shape, -0.6, 0.6)
        arrays["variable/" + path] = value
        variable.assign(value.astype("float64"))
    inputs = tf.constant(arrays["input"].astype("float64"))
    arrays["inference"] = model(inputs, training=False)
    arrays["target"] = goldens.uniform(name + "/target", (batch, *model.output_shape[1:]))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = model(inputs, training=True)
        loss = keras.losses.MeanSquaredError(dtype="float64")(arrays["target"].astype("float64"), output)
    goldens.require(loss.dtype == "float64", f"{name} was computed in {loss.dtype}")
    variables = [*variables_of(model)]
    gradients = tape.gradient(loss, [inputs] + [variable.value for _, variable in variables])
    arrays["output"] = output
    arrays["loss"] = np.reshape(loss, (1,))
    for path, gradient in zip(["input"] + [path for path, _ in variables], gradients):
        arrays["gradient/" + path] = gradient
    return model, arrays


def main():
    goldens.compute_in("float64")
    file = goldens.GoldenFile(goldens.RESOURCES, "masks")
    for name, made in [*cells(), *chains()]:
        shape = (5, 3)
        model, arrays = run(name, 6, shape, [layers.Masking(MASK_VALUE), *made])
        config = json.dumps({"class_name": "Functional", "config": model.get_config()}).replace("float64", "float32")
        file.case(name, [f"input {goldens.dimensions(shape)}", "keras " + config])
        for array, values in arrays.items():
            file.array(array, values)
    file.write()


if __name__ == "__main__":
    main()
