"""Makes recurrent.*, masked.* and each_step.*, as make_keras_files.py makes the other files that KerasFilesTest reads:
every recurrent layer, none with Keras's defaults alone (many LSTMs of public files have relu); a mask on its way to the
loss; and layers and models that are applied to each step, as people write a CNN-LSTM."""

import keras
from keras import layers as L

import make_keras_files


def recurrent():
    x = inputs = keras.Input((5, 3), name="series")
    x = L.LSTM(4, activation="relu", return_sequences=True, name="relu")(x)
    x = L.GRU(3, return_sequences=True, name="gru")(x)
    x = L.SimpleRNN(4, use_bias=False, go_backwards=True, return_sequences=True, name="simple")(x)
    x = L.GRU(2, activation="linear", reset_after=False, name="code")(x)
    x = L.RepeatVector(5, name="repeat")(x)
    x = L.LSTM(3, activation="sigmoid", unit_forget_bias=False, return_sequences=True, name="sigmoid")(x)
    x = L.TimeDistributed(L.Dense(3, name="inner"), name="steps")(x)
    return keras.Model(inputs, x, name="recurrent")


def masked():
    x = inputs = keras.Input((5, 3), name="series")
    x = L.Dense(2, activation="relu", name="rectified")(x)  # which gives zeros at some steps
    x = L.Masking(name="mask")(x)
    x = L.Add(name="sum")([L.LSTM(4, return_sequences=True, name="lstm")(x), L.GRU(4, return_sequences=True, name="gru")(x)])
    x = L.Bidirectional(L.SimpleRNN(3, return_sequences=True, name="rnn"), name="both")(x)
    x = L.TimeDistributed(L.Dense(3, name="inner"), name="steps")(x)
    return keras.Model(inputs, x, name="masked")


def each_step():
    frame = keras.Sequential([
        keras.Input((6, 6, 2)),
        L.Conv2D(3, 3, strides=2, padding="same", activation="relu", name="conv"),
        L.Flatten(name="flat"),
        L.Dense(4, activation="tanh", name="vector"),
    ], name="frame")
    y = small = keras.Input((4,), name="vector")
    y = L.Dense(18, activation="tanh", name="grow")(y)
    y = L.Reshape((3, 3, 2), name="image")(y)
    y = L.Concatenate(axis=1, name="rows")([y, L.Conv2D(2, (1, 3), padding="same", name="conv")(y)])
    y = L.MaxPooling2D((2, 1), name="pool")(y)
    y = L.Conv2DTranspose(2, 3, strides=2, padding="same", name="larger")(y)
    picture = keras.Model(small, y, name="picture")
    x = inputs = keras.Input((3, 6, 6, 2), name="video")
    x = L.TimeDistributed(frame, name="frames")(x)
    x = L.TimeDistributed(L.BatchNormalization(), name="norm")(x)
    x = L.LSTM(3, name="code")(x)
    x = L.RepeatVector(3, name="repeat")(x)
    x = L.LSTM(4, return_sequences=True, name="lstm")(x)
    x = L.TimeDistributed(picture, name="pictures")(x)
    x = L.TimeDistributed(L.Conv2D(2, 3, padding="same", name="inner"), name="last")(x)
    return keras.Model(inputs, x, name="each_step")


if __name__ == "__main__":
    keras.utils.set_random_seed(11)
    make_keras_files.save("recurrent", recurrent())
    keras.utils.set_random_seed(12)
    make_keras_files.save("masked", masked())
    keras.utils.set_random_seed(13)
    make_keras_files.save("each_step", each_step())
