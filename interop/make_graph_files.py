"""Makes the files that KerasGraphsTest reads: small models that have several outputs, or use a layer or a model at several
places, as the real Keras saves them, with what it computes.

    .venv/bin/python make_graph_files.py
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/graphs"
BATCH = 3


def composite():
    """Rebuilds what it reads and predicts what comes next (Srivastava, Mansimov and Salakhutdinov 2015)."""
    x = keras.Input((6, 2), name="window")
    code = L.LSTM(3, name="code")(x)
    rebuilt = L.LSTM(4, return_sequences=True, name="rebuild")(L.RepeatVector(6, name="repeat")(code))
    predicted = L.LSTM(4, return_sequences=True, name="predict")(L.RepeatVector(2, name="ahead")(code))
    model = keras.Model(
        x,
        [L.Dense(2, name="rebuilt")(rebuilt), L.Dense(2, name="predicted")(predicted)],
        name="composite",
    )
    model.compile(optimizer="adam", loss=["mse", "mae"], loss_weights=[1.0, 0.5])
    return model


def moments():
    """An encoder that gives two values, of which the decoder reads the second; the first leaves the whole model too."""
    x = keras.Input((7,), name="x")
    hidden = L.Dense(5, activation="tanh", name="hidden")(x)
    encoder = keras.Model(
        x, [L.Dense(2, name="log_variance")(hidden), L.Dense(2, name="mean")(hidden)], name="encoder"
    )
    z = keras.Input((2,), name="z")
    decoder = keras.Model(z, L.Dense(7, activation="sigmoid", name="rebuilt")(z), name="decoder")
    whole = keras.Input((7,), name="whole")
    log_variance, mean = encoder(whole)
    return keras.Model(whole, [log_variance, decoder(mean)], name="moments")


def in_turn():
    """A(B(A(B(x)))), and A beside it."""
    x = keras.Input((4,), name="x")
    a = L.Dense(3, activation="tanh", name="a")
    b = L.Dense(4, activation="sigmoid", name="b")
    first = a(x)
    second = a(b(first))
    both = L.Add(name="both")([first, second])
    return keras.Model(x, b(both), name="in_turn")


def blocks():
    """A block that is a model, used twice in a model that is used twice."""
    i = keras.Input((4, 4, 2), name="i")
    block = keras.Model(
        i,
        L.Add(name="sum")([i, L.Conv2D(2, 3, padding="same", activation="relu", name="conv")(i)]),
        name="block",
    )
    j = keras.Input((4, 4, 2), name="j")
    pair = keras.Model(j, L.BatchNormalization(name="norm")(block(block(j))), name="pair")
    x = keras.Input((8, 8, 2), name="x")
    half = L.AveragePooling2D(2, name="half")(x)
    twice = pair(pair(half))
    return keras.Model(x, L.Conv2D(2, 3, padding="same", name="last")(L.UpSampling2D(2, name="up")(twice)), name="blocks")


def stacks():
    """A Sequential that is used twice, with several inputs of a nested model and of a merge."""
    stack = keras.Sequential([keras.Input((5,)), L.Dense(5, activation="tanh"), L.Dense(3)], name="stack")
    p = keras.Input((3,), name="p")
    q = keras.Input((3,), name="q")
    merge = keras.Model([p, q], [L.Multiply(name="m")([p, q]), L.Subtract(name="s")([p, q])], name="merge")
    x = keras.Input((5,), name="x")
    left = stack(x)
    right = stack(L.Dense(5, name="turn")(x))
    product, difference = merge([left, right])
    return keras.Model(
        x,
        {"rebuilt": L.Dense(5, name="rebuilt")(product), "apart": difference, "code": left},
        name="stacks",
    )


def two_views():
    """A picture and a row of numbers of the same thing, with one code for both."""
    picture = keras.Input((4, 4, 1), name="picture")
    row = keras.Input((3,), name="row")
    seen = L.Flatten(name="flat")(L.Conv2D(2, 3, strides=2, padding="same", activation="relu", name="conv")(picture))
    both = L.Concatenate(name="both")([seen, L.Dense(4, activation="tanh", name="numbers")(row)])
    encoder = keras.Model([picture, row], L.Dense(2, name="code")(both), name="encoder")
    z = keras.Input((2,), name="z")
    drawn = L.Reshape((4, 4, 1), name="drawn")(L.Dense(16, activation="sigmoid", name="pixels")(z))
    decoder = keras.Model(z, [drawn, L.Dense(3, name="told")(z)], name="decoder")
    first, second = keras.Input((4, 4, 1), name="first"), keras.Input((3,), name="second")
    return keras.Model([first, second], decoder(encoder([first, second])), name="two_views")


def conditional():
    """Rebuilds x, told on both sides of the code which class it is of."""
    x, kind = keras.Input((6,), name="x"), keras.Input((3,), name="kind")
    code = L.Dense(2, activation="tanh", name="code")(L.Concatenate(name="read")([x, kind]))
    told = L.Concatenate(name="told")([code, kind])
    return keras.Model([x, kind], L.Dense(6, name="rebuilt")(told), name="conditional")


def attentive():
    """Attention to itself and to others, with arguments by place and by name; products, and merges of fewer axes."""
    x = keras.Input((5, 4), name="x")
    own = L.MultiHeadAttention(2, 3, name="own")(x, x)
    wide = L.Dense(6, activation="tanh", name="wide")(L.Cropping1D(1, name="short")(x))
    across = L.MultiHeadAttention(1, 4, value_dim=2, output_shape=4, use_bias=False, name="across")(
        value=wide, query=own, key=L.Dense(3, name="keys")(wide))
    gate = L.Dense(1, activation="sigmoid", name="gate")(across)
    gated = L.Multiply(name="gated")([gate, across])
    told = L.Add(name="told")([gated, L.GRU(4, name="whole")(x)])
    heard = L.Attention(use_scale=True, name="heard")([told, x])
    summed = L.AdditiveAttention(name="summed")([heard, x, own])
    both = L.Attention(score_mode="concat", name="both")([summed, summed])
    likeness = L.Dot(axes=2, normalize=True, name="likeness")([both, x])
    again = L.Dot(axes=(2, 1), name="again")([likeness, x])
    return keras.Model(x, L.Dense(4, name="rebuilt")(again), name="attentive")


def words():
    """Whole numbers, each of which has a row of a table."""
    x = keras.Input((5,), dtype="int32", name="x")
    code = L.LSTM(3, name="code")(L.Embedding(7, 4, name="table")(x))
    return keras.Model(x, L.Dense(5, name="rebuilt")(code), name="words")


def half_read():
    """An encoder of two outputs, within a model that reads the first: the layers of the other lead nowhere."""
    x = keras.Input((6,), name="x")
    seen = L.Dense(5, activation="relu", name="seen")(x)
    encoder = keras.Model(x, [L.Dense(2, name="mean")(seen), L.Dense(2, name="variance")(seen)], name="encoder")
    z = keras.Input((2,), name="z")
    decoder = keras.Model(z, L.Dense(6, activation="sigmoid", name="rebuilt")(z), name="decoder")
    given = keras.Input((6,), name="given")
    return keras.Model(given, decoder(encoder(given)[0]), name="half_read")


def drawn(random, value):
    shape = (BATCH, *value.shape[1:])
    return random.integers(0, 7, shape).astype("float32") if "int" in value.dtype else random.uniform(-1, 1, shape).astype("float32")


def outputs(model, inputs):
    """In the order in which the file names them."""
    found = model.predict(inputs, verbose=0)
    return list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else [found]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number, make in enumerate([composite, moments, in_turn, blocks, stacks, two_views, conditional, attentive, words, half_read]):
        keras.utils.set_random_seed(number)
        model = make()
        random = np.random.default_rng(number)
        for variable in model.weights:
            low, high = (0.5, 1.5) if "moving_variance" in variable.path or "gamma" in variable.path else (-0.7, 0.7)
            variable.assign(random.uniform(low, high, variable.shape))
        inputs = [drawn(random, each) for each in model.inputs]
        together = np.concatenate([each.reshape(BATCH, -1) for each in inputs], axis=1)
        numbers = [together, *outputs(model, inputs)]
        np.concatenate([each.ravel() for each in numbers]).astype("<f4").tofile(FOLDER / f"{model.name}.bin")
        for extension in ("keras", "h5"):
            model.save(FOLDER / f"{model.name}.{extension}")


if __name__ == "__main__":
    main()
