"""Makes the model files that KerasFilesTest reads: small models that the real Keras built, trained for two steps of Adam
and saved as .keras and .h5.

Beside each model lies NAME.bin (float32, little-endian): 4 inputs, what Keras's predict makes of them, and all weights,
layer by layer, after one more training step on these inputs (target: the inputs, or zeros where the output has another
shape). README.md beside this file lists the models.
"""

import json
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

RESOURCES = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras"
BATCH = 4
MOST_BYTES = 80_000


def sequential():
    """A convolutional autoencoder; the waist is 'code'."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            L.Conv2D(3, 3, padding="same", activation="relu", name="conv1"),
            L.BatchNormalization(name="norm1"),
            L.MaxPooling2D(2, padding="same", name="pool"),
            L.Conv2D(2, 3, strides=2, padding="same", name="code"),
            L.LeakyReLU(negative_slope=0.2, name="leaky"),
            L.Conv2DTranspose(3, 3, strides=2, padding="same", activation="tanh", name="up1"),
            L.BatchNormalization(momentum=0.9, epsilon=0.01, name="norm2"),
            L.UpSampling2D(2, name="up2"),
            L.Conv2D(1, (3, 2), padding="same", activation="sigmoid", name="output"),
        ],
        name="sequential_cnn",
    )


def functional():
    """Every layer without spatial structure, and names that Hourglass must change."""
    x = inputs = keras.Input((4, 4, 2), name="images")
    x = L.Conv2D(3, 2, padding="valid", activation="tanh", name="conv-1.a")(x)
    x = L.ReLU(name="relu")(x)
    x = L.GlobalAveragePooling2D(name="average")(x)
    x = L.Dropout(0.0, name="dropout")(x)
    x = L.Dense(2, name="code")(x)
    x = L.Activation("tanh", name="squash")(x)
    x = L.Dense(16, activation="relu", name="widen")(x)
    x = L.Reshape((2, -1, 4), name="image")(x)
    x = L.Flatten(name="row")(x)
    x = L.Dense(32, activation="sigmoid", name="pixels")(x)
    x = L.Reshape((4, 4, 2), name="rebuilt")(x)
    return keras.Model(inputs, x, name="functional_dense")


def nested():
    """Two functional models in a third, a normalization between trained layers."""
    x = inputs = keras.Input((5, 3))
    x = L.LSTM(4, return_sequences=True, name="lstm")(x)
    x = L.BatchNormalization(name="norm")(x)
    x = L.LSTM(2, name="code")(x)
    encoder = keras.Model(inputs, x, name="encoder")
    x = codes = keras.Input((2,))
    x = L.RepeatVector(5, name="repeat")(x)
    x = L.TimeDistributed(L.Dense(3, name="inner"), name="steps")(x)
    decoder = keras.Model(codes, x, name="decoder")
    series = keras.Input((5, 3), name="series")
    return keras.Model(series, decoder(encoder(series)), name="nested_lstm")


def nested_sequential():
    """Sequential models in a Sequential, one of them two levels deep; layers of the same name in both."""
    inner = keras.Sequential([keras.Input((6,)), L.Dense(4, name="a"), L.BatchNormalization(name="b")], name="inner")
    encoder = keras.Sequential([keras.Input((6,)), inner, L.Dense(2, name="c")], name="encoder")
    decoder = keras.Sequential([keras.Input((2,)), L.Dense(6, name="a")], name="decoder")
    return keras.Sequential([keras.Input((6,)), encoder, decoder], name="nested_sequential")


def frozen():
    """As a fine-tuning user leaves it: the first layer of the nested encoder isn't trained."""
    model = nested_sequential()
    model.get_layer("encoder").get_layer("inner").get_layer("a").trainable = False
    model.name = "frozen"
    return model


def old():
    """What is rewritten in Keras 2's style."""
    x = inputs = keras.Input((4, 3), name="series")
    x = L.LSTM(2, return_sequences=True, name="lstm")(x)
    x = L.BatchNormalization(name="norm")(x)
    x = L.LeakyReLU(negative_slope=0.1, name="leaky")(x)
    x = L.Flatten(name="row")(x)
    x = L.Dense(3, activation="relu", name="code")(x)
    x = L.RepeatVector(4, name="repeat")(x)
    x = L.TimeDistributed(L.Dense(3, name="inner"), name="steps")(x)
    return keras.Model(inputs, x, name="old")


def all_layers(model):
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from all_layers(layer)
        else:
            yield layer


def weights(model):
    return [np.asarray(w).ravel() for layer in all_layers(model) for w in layer.weights]


def save(name, model, x=None):
    """With inputs x, or random numbers from 0 to 1."""
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    random = np.random.RandomState(len(name))
    x = random.rand(BATCH, *model.input_shape[1:]).astype("float32") if x is None else x
    y = x if model.output_shape == model.input_shape else np.zeros((BATCH, *model.output_shape[1:]), "float32")
    for _ in range(2):
        model.train_on_batch(x, y)
    model.save(RESOURCES / f"{name}.keras")
    model.save(RESOURCES / f"{name}.h5")
    outputs = np.asarray(model.predict(x, verbose=0))
    model.train_on_batch(x, y)
    numbers = np.concatenate([x.ravel(), outputs.ravel(), *weights(model)]).astype("<f4")
    numbers.tofile(RESOURCES / f"{name}.bin")


def rewrite_as_keras2(source, target):
    """Keras 2's way to say the same: nested-list nodes, batch_input_shape, ':0', names of fixed length, all first moments
    of Adam before all second ones. (Keras 2 itself does not run on the Python of the other scripts.)"""
    draft = target.with_suffix(".draft")
    shutil.copy(source, draft)
    with h5py.File(draft, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        for layer in config["config"]["layers"]:
            old = layer["config"]
            old["dtype"] = "float32"
            if layer["class_name"] == "InputLayer":
                for key in ("optional",):
                    old.pop(key, None)
                old["batch_input_shape"] = old.pop("batch_shape")
            if layer["class_name"] == "LeakyReLU":
                old["alpha"] = old.pop("negative_slope")
            for key in ("quantization_config",):
                old.pop(key, None)
            nodes = []
            for node in layer["inbound_nodes"]:
                nodes.append([[*argument["config"]["keras_history"], {}] for argument in node["args"]])
            layer["inbound_nodes"] = nodes
        config["config"]["input_layers"] = [config["config"]["input_layers"]]
        config["config"]["output_layers"] = [config["config"]["output_layers"]]
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = b"2.15.0"
        training = json.loads(file.attrs["training_config"])
        adam = training["optimizer_config"]["config"]
        training["optimizer_config"]["config"] = {
            "name": "Adam",
            "decay": 0.0,
            "amsgrad": False,
            **{key: adam[key] for key in ("learning_rate", "beta_1", "beta_2", "epsilon")},
        }
        file.attrs["training_config"] = json.dumps(training)
        group = file["model_weights"]
        group.attrs["layer_names"] = np.array([n.encode() for n in group.attrs["layer_names"]])
        for layer in group.values():
            rename(layer, [(n, n + ":0") for n in layer.attrs["weight_names"]])
        group = file["optimizer_weights"]
        names = list(group.attrs["weight_names"])
        renamed = [(names[0], "training/Adam/iter:0")]
        renamed += [(n, f"training/{n}/m:0") for n in names[2::2]]
        renamed += [(n, f"training/{n}/v:0") for n in names[3::2]]
        rename(group, renamed)
        # What was deleted leaves holes in the draft.
        with h5py.File(target, "w") as fresh:
            for name, value in file.attrs.items():
                fresh.attrs[name] = value
            for name in file:
                file.copy(name, fresh)
    draft.unlink()


def rename(group, names):
    values = {new: group[old][()] for old, new in names}
    for member in list(group):
        del group[member]
    for new, value in values.items():
        group.create_dataset(new, data=value)
    group.attrs["weight_names"] = np.array([new.encode() for _, new in names]) if names else np.zeros(0)


def main():
    RESOURCES.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(7)
    for name, build in [
        ("sequential", sequential),
        ("functional", functional),
        ("nested", nested),
        ("nested_sequential", nested_sequential),
        ("frozen", frozen),
    ]:
        save(name, build())
    save("keras2", old())
    (RESOURCES / "keras2.keras").unlink()
    rewrite_as_keras2(RESOURCES / "keras2.h5", RESOURCES / "keras2.h5")
    loaded = keras.models.load_model(RESOURCES / "keras2.h5", compile=False)
    numbers = np.fromfile(RESOURCES / "keras2.bin", "<f4")
    size = BATCH * 4 * 3
    x, expected = numbers[:size].reshape(BATCH, 4, 3), numbers[size : 2 * size].reshape(BATCH, 4, 3)
    assert np.abs(loaded.predict(x, verbose=0) - expected).max() < 1e-6, "the rewritten file computes something else"
    for file in sorted(RESOURCES.iterdir()):
        size = file.stat().st_size
        print(file.name, size)
        if size > MOST_BYTES:
            sys.exit(f"{file.name} has {size} bytes, at most {MOST_BYTES} are wanted in the repository")


if __name__ == "__main__":
    main()
