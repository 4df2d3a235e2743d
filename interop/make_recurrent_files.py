"""Makes recurrent.* and masked.*, as make_keras_files.py makes the other files that KerasFilesTest reads: every recurrent
layer, none with Keras's defaults alone (many LSTMs of public files have relu); and a mask on its way to the loss."""

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


if __name__ == "__main__":
    keras.utils.set_random_seed(11)
    make_keras_files.save("recurrent", recurrent())
    keras.utils.set_random_seed(12)
    make_keras_files.save("masked", masked())
