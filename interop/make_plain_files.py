"""Makes plain/*, which PlainLayersTest reads: models of the real Keras that say in other ways what plain layers compute.
Activations that are layers, sums and products of values as operations, precisions that are not float32, poolings that keep
their axes and layers that only training knows. Beside each lies a .bin: 4 inputs, then what Keras makes of them in float32.

    .venv/bin/python make_plain_files.py
"""

import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

import keras2  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/plain"
SAMPLES = 4


def activations_in_a_row():
    return keras.Sequential(
        [
            keras.Input((6, 5, 2)),
            L.Conv2D(3, 3, padding="same", activation=L.LeakyReLU(negative_slope=0.1), name="a"),
            L.Conv2D(2, 3, padding="same", activation=L.ReLU(max_value=0.4), name="b"),
            L.Dense(4, activation=L.ELU(0.5), name="c"),
            L.Dense(3, activation=L.LeakyReLU(negative_slope=0.2), name="d"),
            L.Dense(3, activation=L.ReLU(), name="e"),
            L.Dense(2, activation=L.Softmax(), name="f"),
        ],
        name="activations_in_a_row",
    )


def activations_in_a_graph():
    """A layer with such an activation stands at two places."""
    inputs = keras.Input((7,))
    shared = L.Dense(7, activation=L.LeakyReLU(negative_slope=0.1), name="shared")
    first = shared(inputs)
    second = shared(L.Dense(7, activation="tanh", name="between")(first))
    outputs = L.Dense(7, name="last")(L.Concatenate(name="both")([first, second]))
    return keras.Model(inputs, outputs, name="activations_in_a_graph")


def operations(name):
    inputs = keras.Input((6, 5, 2))
    first = L.Conv2D(2, 3, padding="same", name="first")(inputs)
    value = keras.ops.relu(first + inputs)
    value = (value * 0.5 - first) / 4.0
    value = keras.ops.maximum(value, inputs) * first
    if name == "operations":
        value = 1.0 - value
    return keras.Model(inputs, L.Conv2D(2, 1, name="last")(value + 0.25), name=name)


def only_in_training():
    inputs = keras.Input((6, 4, 2))
    value = L.RandomFlip(name="flip")(inputs)
    value = L.Conv2D(3, 3, padding="same", name="conv")(value)
    value = L.ActivityRegularization(l1=0.01, name="sparse")(L.Identity(name="same")(value))
    value = L.GlobalAveragePooling2D(keepdims=True, name="mean")(value)
    value = L.UpSampling2D((6, 4), name="up")(value)
    model = keras.Model(inputs, L.Conv2D(2, 1, name="last")(value), name="only_in_training")
    model.compile(loss="mean_squared_error")  # of which the sparsity is a part
    return model


def precise(dtype):
    name = f"of_{dtype}"
    layers = [L.Dense(5, activation="tanh", name="a", dtype=dtype), L.Dense(8, name="b", dtype=dtype)]
    return keras.Sequential([keras.Input((8,)), *layers], name=name)


def wrapped(dtype):
    """What lies within other layers says it as well."""
    squeeze = L.Dense(4, activation=L.LeakyReLU(negative_slope=0.1, dtype=dtype), name="squeeze", dtype=dtype)
    both = L.GRU(3, return_sequences=True, activation=L.ReLU(dtype=dtype), dtype=dtype)
    inner = [keras.Input((6,)), L.Dense(5, activation=L.ELU(0.5, dtype=dtype), name="inner", dtype=dtype)]
    layers = [
        L.TimeDistributed(squeeze, name="each", dtype=dtype),
        L.Bidirectional(both, name="both", dtype=dtype),
        L.TimeDistributed(keras.Sequential(inner, name="model"), name="each_model", dtype=dtype),
        L.TimeDistributed(L.Dense(3, activation=L.Softmax(dtype=dtype), dtype=dtype), name="last", dtype=dtype),
    ]
    return keras.Sequential([keras.Input((5, 3)), *layers], name=f"wrapped_{dtype}")


def each_step_kept():
    """Poolings that keep their axes, and layers that give what they read, at each step."""
    inner = [L.Identity(), L.MaxPooling1D(2), L.GlobalMaxPooling1D(keepdims=True)]
    return keras.Sequential([
        keras.Input((3, 4, 2)),
        L.TimeDistributed(L.Identity(name="same"), name="each_same"),
        L.TimeDistributed(L.Conv1D(3, 2, name="conv"), name="each_conv"),
        L.TimeDistributed(L.GlobalAveragePooling1D(keepdims=True, name="mean"), name="each_mean"),
        L.TimeDistributed(L.UpSampling1D(2), name="each_up"),
        L.TimeDistributed(keras.Sequential(inner, name="model"), name="each_model"),
        L.Flatten(name="flat"),
        L.Dense(4, name="code"),
    ], name="each_step_kept")


def save(model, numbers):
    FOLDER.mkdir(exist_ok=True)
    model.set_weights([numbers.uniform(-0.8, 0.8, w.shape) for w in model.get_weights()])
    for extension in ["keras", "h5"]:
        model.save(FOLDER / f"{model.name}.{extension}")
    if model.name != "operations":
        keras2.rewrite(FOLDER / f"{model.name}.h5", FOLDER / f"{model.name}_keras2.h5")
    inputs = numbers.uniform(-1, 1, (SAMPLES,) + model.input_shape[1:]).astype("float32")
    config = json.dumps(model.get_config())
    for dtype in ["mixed_float16", "float64"]:
        config = config.replace(f'"{dtype}"', '"float32"')
    single = type(model).from_config(json.loads(config))
    single.set_weights(model.get_weights())
    outputs = np.asarray(single(inputs, training=False))
    np.concatenate([inputs.ravel(), outputs.ravel()]).astype("<f4").tofile(FOLDER / f"{model.name}.bin")


def as_tensorflow_had_it(name):
    """Keras 2.4 to 2.15 wrote operations as TFOpLambda, each called with the other value by its name or a number."""
    functions = {"Add": "__operators__.add", "Subtract": "math.subtract", "Multiply": "math.multiply"}
    functions |= {"TrueDivide": "math.truediv", "Divide": "math.truediv", "Maximum": "math.maximum", "Relu": "nn.relu"}
    with h5py.File(FOLDER / f"{name}_keras2.h5", "r+") as file, h5py.File(FOLDER / f"{name}.h5") as original:
        config = json.loads(file.attrs["model_config"])
        nodes = json.loads(original.attrs["model_config"])["config"]["layers"]
        for node, keras3 in zip(config["config"]["layers"], nodes):
            if node["class_name"] in functions:
                arguments = keras3["inbound_nodes"][0]["args"]
                read = [a["config"]["keras_history"] if isinstance(a, dict) else a for a in arguments]
                words = {"y": read[1], "name": None} if len(read) > 1 else {"name": None}
                node["config"] = {"name": node["config"]["name"], "function": functions[node["class_name"]]}
                node["class_name"] = "TFOpLambda"
                node["inbound_nodes"] = [[*read[0], words]]
        file.attrs["model_config"] = json.dumps(config).encode()
    for extension in ["h5", "keras"]:
        (FOLDER / f"{name}.{extension}").unlink()


def main():
    numbers = np.random.default_rng(11)
    models = [activations_in_a_row(), activations_in_a_graph(), only_in_training(), operations("operations")]
    models += [operations("tensorflow"), precise("mixed_float16"), precise("float64")]
    for model in [*models, wrapped("mixed_float16"), wrapped("float64"), each_step_kept()]:
        save(model, numbers)
    as_tensorflow_had_it("tensorflow")


main()
