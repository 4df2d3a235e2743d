"""Makes core/src/test/resources/golden/convolutional_lstm.* and volumes.*, which KerasGoldenTest holds the engine against:
as make_vocabulary_goldens.py, of ConvLSTM1D and ConvLSTM2D, and of what makes volumes larger and smaller.

    .venv/bin/python make_convolutional_lstm_goldens.py
"""

import json

import make_goldens as goldens
from make_goldens import keras

layers = keras.layers


def cases():
    """(name, batch, sample shape, layers)."""
    film = (3, 5, 4, 2)
    yield "conv_lstm2d_same", 2, film, [layers.ConvLSTM2D(3, 3, padding="same", return_sequences=True)]
    yield "conv_lstm2d_last", 2, film, [layers.ConvLSTM2D(3, (2, 3))]
    yield "conv_lstm2d_many", 2, (2, 4, 3, 3), [layers.ConvLSTM2D(17, 3, padding="same", return_sequences=True)]
    yield "conv_lstm2d_strided", 2, (3, 7, 6, 2), [
        layers.ConvLSTM2D(2, 3, strides=(2, 3), padding="same", return_sequences=True, use_bias=False)]
    yield "conv_lstm2d_dilated", 2, (2, 6, 5, 1), [
        layers.ConvLSTM2D(2, (3, 2), dilation_rate=(2, 1), go_backwards=True, return_sequences=True)]
    yield "conv_lstm2d_functions", 2, film, [
        layers.ConvLSTM2D(2, 3, padding="same", activation="elu", recurrent_activation="hard_sigmoid", go_backwards=True)]
    yield "conv_lstm2d_relu", 2, film, [
        layers.ConvLSTM2D(2, 2, padding="same", activation="relu", unit_forget_bias=False, return_sequences=True)]
    yield "conv_lstm2d_one_step", 3, (1, 3, 3, 2), [layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True)]
    yield "conv_lstm2d_stacked", 2, (3, 4, 4, 1), [
        layers.ConvLSTM2D(3, 3, strides=2, padding="same", return_sequences=True),
        layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True),
        layers.Conv3DTranspose(1, (1, 3, 3), strides=(1, 2, 2), padding="same"),
    ]
    yield "conv_lstm1d_same", 2, (4, 7, 2), [layers.ConvLSTM1D(3, 3, padding="same", return_sequences=True)]
    yield "conv_lstm1d_strided", 2, (3, 9, 2), [layers.ConvLSTM1D(2, 4, strides=2, go_backwards=True)]
    yield "conv_lstm1d_dilated", 2, (3, 9, 1), [
        layers.ConvLSTM1D(2, 3, dilation_rate=2, activation="silu", use_bias=False, return_sequences=True)]


def volumes():
    block = (3, 4, 2, 3)
    yield "global_max_pooling3d", 2, block, [layers.GlobalMaxPooling3D()]
    yield "global_average_pooling3d", 2, block, [layers.GlobalAveragePooling3D()]
    yield "zero_padding3d", 2, block, [layers.ZeroPadding3D(((1, 0), (2, 3), (0, 1)))]
    yield "zero_padding3d_even", 2, (2, 2, 1, 5), [layers.ZeroPadding3D(1)]
    yield "cropping3d", 2, (4, 5, 6, 2), [layers.Cropping3D(((1, 0), (2, 1), (0, 3)))]


def variables_of(model):
    """With the layer's name, not that of the cell in it."""
    for layer in model.layers:
        for variable in layer.weights:
            yield f"{layer.name}/{variable.name}", variable


def write(name, of):
    file = goldens.GoldenFile(goldens.RESOURCES, name)
    for case, batch, shape, made in of:
        made = [("", lambda layer=layer: layer) for layer in made]
        config = json.dumps({"class_name": "Functional", "config": goldens.build(shape, made).get_config()})
        file.case(case, [f"input {goldens.dimensions(shape)}", "keras " + config.replace("float64", "float32")])
        for array, values in goldens.run_layer_case(case, batch, shape, made).items():
            file.array(array, values)
    file.write()


def main():
    goldens.compute_in("float64")
    goldens.variables_of = lambda model: list(variables_of(model))
    write("convolutional_lstm", cases())
    write("volumes", volumes())


if __name__ == "__main__":
    main()
