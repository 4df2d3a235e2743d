"""Makes public/*, as make_keras_files.py makes the other files that KerasFilesTest reads: small models of the kinds that
public repositories hold most. LSTM autoencoders as the tutorials write them, with relu and other activations in place of
tanh; a denoiser of convolutions and dense models that are wider in the middle than at the ends; and an image autoencoder
that was trained on pixels / 255, which its file doesn't say.

Beside pixels.keras lies pixels.u8: as many bytes as its inputs have numbers, row-major, which divided by 255 are these inputs.
"""

import keras
import numpy as np
from keras import layers as L

import make_keras_files


def lstm(name, **settings):
    return keras.Sequential(
        [
            keras.Input((5, 2)),
            L.LSTM(6, return_sequences=True, name="enc1", **settings),
            L.LSTM(3, name="enc2", **settings),
            L.RepeatVector(5, name="repeat"),
            L.LSTM(3, return_sequences=True, name="dec1", **settings),
            L.LSTM(6, return_sequences=True, name="dec2", **settings),
            L.TimeDistributed(L.Dense(2, name="inner"), name="steps"),
        ],
        name=name,
    )


def denoiser():
    """As in keras.io's example: 64 numbers in, 32 of each half in the middle, and more before it."""
    same = {"padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            L.Conv2D(8, 3, name="conv1", **same),
            L.MaxPooling2D(2, padding="same", name="pool1"),
            L.Conv2D(8, 3, name="conv2", **same),
            L.MaxPooling2D(2, padding="same", name="pool2"),
            L.Conv2DTranspose(8, 3, strides=2, name="up1", **same),
            L.Conv2DTranspose(8, 3, strides=2, name="up2", **same),
            L.Conv2D(1, 3, activation="sigmoid", padding="same", name="pixels"),
        ],
        name="denoiser",
    )


def dense(name, inputs, hidden):
    layers = [L.Dense(units, activation="relu", name=f"hidden{i + 1}") for i, units in enumerate(hidden)]
    return keras.Sequential([keras.Input((inputs,)), *layers, L.Dense(inputs, name="rebuilt")], name=name)


def pixels():
    return keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            L.Flatten(name="flat"),
            L.Dense(5, activation="relu", name="code"),
            L.Dense(16, activation="sigmoid", name="row"),
            L.Reshape((4, 4, 1), name="image"),
        ],
        name="pixels",
    )


def main():
    folder = make_keras_files.RESOURCES / "public"
    folder.mkdir(exist_ok=True)
    models = [
        lstm("lstm_relu", activation="relu"),
        lstm("lstm_linear", activation="linear"),
        lstm("lstm_selu", activation="selu"),
        lstm("lstm_hard_sigmoid", activation="relu", recurrent_activation="hard_sigmoid"),
        denoiser(),
        dense("wide", 3, [8, 8]),
        dense("wider", 3, [16]),
        dense("wide_with_waist", 3, [8, 5, 8]),
    ]
    for number, model in enumerate(models):
        keras.utils.set_random_seed(21 + number)
        model = keras.Sequential.from_config(model.get_config())  # with the weights of this seed
        make_keras_files.save(f"public/{model.name}", model)
        if model.name != "lstm_relu":
            (folder / f"{model.name}.h5").unlink()  # one of each format will do
    keras.utils.set_random_seed(20)
    image = np.random.RandomState(3).randint(0, 256, (make_keras_files.BATCH, 4, 4, 1), np.uint8)
    image[0, 0, 0] = 255
    image.tofile(folder / "pixels.u8")
    make_keras_files.save("public/pixels", pixels(), image.astype("float32") / 255)
    (folder / "pixels.h5").unlink()


if __name__ == "__main__":
    main()
