"""Makes the files that EarlyKerasFilesTest reads: small models of the real Keras in the words and layouts of Keras 1.1 and
1.2, which no longer runs beside the versions that are pinned here. What Keras 1 wrote is told from its source
(keras/layers/*.py of 1.2.2) and from what Keras 2 undoes when it reads (preprocess_weights_for_loading in
keras/engine/topology.py of 2.0.8).

    .venv/bin/python make_keras1_files.py
"""

import json
import os
import shutil
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
import yaml  # noqa: E402
from keras import layers as L  # noqa: E402
from keras import ops  # noqa: E402

from keras2 import fixed_length  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/early"
BATCH = 3


@keras.saving.register_keras_serializable()  # Bidirectional makes its layers anew from their configurations
def early_hard_sigmoid(x):
    """The hard_sigmoid of Keras before 3."""
    return ops.clip(0.2 * x + 0.5, 0, 1)


# --- Keras 1's configurations ---


def base(layer, **settings):
    config = {"name": layer.name, "trainable": True, **settings}
    for old in ("W_regularizer", "b_regularizer", "W_constraint", "b_constraint", "activity_regularizer"):
        config.setdefault(old, None)
    return config


def conv2d(layer, kind="Convolution2D", **more):
    return kind, base(layer, nb_filter=layer.filters, nb_row=layer.kernel_size[0], nb_col=layer.kernel_size[1],
        init="glorot_uniform", activation=layer.activation.__name__, border_mode=layer.padding,
        subsample=list(layer.strides), dim_ordering=order(layer), bias=layer.use_bias, **more)


def order(layer):
    return {"channels_first": "th", "channels_last": "tf"}[layer.data_format]


def recurrent(layer, kind):
    return kind, base(layer, output_dim=layer.units, init="glorot_uniform", inner_init="orthogonal", U_regularizer=None,
        activation=layer.activation.__name__, inner_activation="hard_sigmoid", return_sequences=layer.return_sequences,
        go_backwards=layer.go_backwards, stateful=False, unroll=False, consume_less="cpu", dropout_W=0.0, dropout_U=0.0,
        input_dim=layer.cell.kernel.shape[0], input_length=None, **({"forget_bias_init": "one"} if kind == "LSTM" else {}))


def dense(layer, kind="Dense"):
    return kind, base(layer, output_dim=layer.units, init="glorot_uniform", activation=layer.activation.__name__,
        bias=layer.use_bias, input_dim=layer.kernel.shape[0])


def settings(layer):
    match layer.__class__.__name__:
        case "Conv2D":
            return conv2d(layer)
        case "Conv2DTranspose":
            return conv2d(layer, "Deconvolution2D", output_shape=[None, *layer.output.shape[1:]])
        case "Conv1D":
            return "Convolution1D", base(layer, nb_filter=layer.filters, filter_length=layer.kernel_size[0],
                init="glorot_uniform", activation=layer.activation.__name__, border_mode=layer.padding,
                subsample_length=layer.strides[0], bias=layer.use_bias, input_dim=None, input_length=None)
        case "MaxPooling2D":
            return "MaxPooling2D", {"name": layer.name, "trainable": True, "pool_size": list(layer.pool_size),
                "strides": list(layer.strides), "border_mode": layer.padding, "dim_ordering": order(layer)}
        case "MaxPooling1D":
            return "MaxPooling1D", {"name": layer.name, "trainable": True, "pool_length": layer.pool_size[0],
                "stride": layer.strides[0], "border_mode": layer.padding}
        case "UpSampling2D":
            return "UpSampling2D", {"name": layer.name, "trainable": True, "size": list(layer.size),
                "dim_ordering": order(layer)}
        case "UpSampling1D":
            return "UpSampling1D", {"name": layer.name, "trainable": True, "length": layer.size}
        case "ZeroPadding2D":
            (top, bottom), (left, right) = layer.padding
            return "ZeroPadding2D", {"name": layer.name, "trainable": True, "padding": [top, bottom, left, right],
                "dim_ordering": order(layer)}
        case "BatchNormalization":
            return "BatchNormalization", {"name": layer.name, "trainable": True, "epsilon": layer.epsilon, "mode": 0,
                "axis": layer.axis, "momentum": layer.momentum, "gamma_regularizer": None, "beta_regularizer": None}
        case "Dropout":
            return "Dropout", {"name": layer.name, "trainable": True, "p": layer.rate}
        case "LeakyReLU":
            return "LeakyReLU", {"name": layer.name, "trainable": True, "alpha": layer.negative_slope}
        case "RepeatVector":
            return "RepeatVector", {"name": layer.name, "trainable": True, "n": layer.n}
        case "LSTM" | "GRU" as kind:
            return recurrent(layer, kind)
        case "Bidirectional":
            kind, inner = recurrent(layer.forward_layer, layer.forward_layer.__class__.__name__)
            return "Bidirectional", {"name": layer.name, "trainable": True, "merge_mode": layer.merge_mode,
                "layer": {"class_name": kind, "config": inner}}
        case "Dense":
            return dense(layer)
        case "TimeDistributed":
            kind, config = dense(layer.layer, "TimeDistributedDense")
            return kind, {**config, "name": layer.name}
        case "Add" | "Concatenate" as kind:
            return "Merge", {"name": layer.name, "mode_type": "raw", "mode": {"Add": "sum", "Concatenate": "concat"}[kind],
                "concat_axis": getattr(layer, "axis", -1), "dot_axes": -1, "output_shape": None,
                "output_shape_type": "raw", "output_mask": None, "output_mask_type": "raw", "arguments": {}}
    raise ValueError(layer)


def sequential(model):
    """A list, whose first layer has the shape; a tuple, as Keras 1 has it in memory."""
    nodes = [dict(zip(("class_name", "config"), settings(layer))) for layer in model.layers]
    nodes[0]["config"].update(batch_input_shape=tuple(model.input_shape), input_dtype="float32")
    return {"class_name": "Sequential", "config": nodes, "keras_version": "1.2.2"}


def functional(model):
    nodes = []
    for layer in model.layers:
        if isinstance(layer, L.InputLayer):
            config = {"name": layer.name, "batch_input_shape": tuple(layer.output.shape), "input_dtype": "float32",
                "sparse": False}
            nodes.append({"class_name": "InputLayer", "name": layer.name, "config": config, "inbound_nodes": []})
            continue
        kind, config = settings(layer)
        read = layer.input if isinstance(layer.input, list) else [layer.input]
        calls = [[[tensor._keras_history.operation.name, 0, 0] for tensor in read]]
        nodes.append({"class_name": kind, "name": layer.name, "config": config, "inbound_nodes": calls})
    return {"class_name": "Model", "keras_version": "1.2.2", "config": {"name": model.name, "layers": nodes,
        "input_layers": [[model.layers[0].name, 0, 0]], "output_layers": [[model.layers[-1].name, 0, 0]]}}


# --- Keras 1's weights ---


def gates(kernel, recurrent_kernel, bias, old_order):
    """Each gate's three arrays; old_order has for each of Keras 1's gates its place in today's."""
    count = len(old_order)
    split = [np.split(np.asarray(value), count, axis=-1) for value in (kernel, recurrent_kernel, bias)]
    return [split[part][gate] for gate in old_order for part in range(3)]


def weights(layer):
    values = [np.asarray(value) for value in layer.get_weights()]
    match layer.__class__.__name__:
        case "Conv2D" if layer.data_format == "channels_first":
            return [values[0].transpose(3, 2, 0, 1), *values[1:]]
        case "Conv2DTranspose":
            axes = (2, 3, 0, 1) if layer.data_format == "channels_first" else (0, 1, 3, 2)
            return [values[0].transpose(axes), *values[1:]]
        case "Conv1D":
            return [values[0][:, None], *values[1:]]
        case "LSTM":
            return gates(*values, (0, 2, 1, 3))
        case "GRU":
            return gates(*values, (0, 1, 2))
        case "Bidirectional":
            old = (0, 2, 1, 3) if isinstance(layer.forward_layer, L.LSTM) else (0, 1, 2)
            return gates(*values[:3], old) + gates(*values[3:], old)
    return values


def write_weights(model, group, of=weights):
    layers = [layer for layer in model.layers if not isinstance(layer, L.InputLayer)]
    group.attrs["layer_names"] = fixed_length([layer.name for layer in layers])
    for layer in layers:
        arrays = of(layer)
        names = [f"{layer.name}_W{i}" for i in range(len(arrays))]
        inner = group.create_group(layer.name)
        inner.attrs["weight_names"] = fixed_length(names)
        for name, value in zip(names, arrays):
            inner.create_dataset(name, data=value)


def write(model, name, config):
    rng = np.random.default_rng(7)
    model.set_weights([rng.normal(0.1 if value.ndim == 1 else 0, 0.4, value.shape) ** (2 if "var" in variable.path else 1)
        for value, variable in zip(model.get_weights(), model.weights)])
    inputs = rng.random((BATCH, *model.input_shape[1:]), dtype=np.float32)
    outputs = model.predict(inputs, verbose=0)
    (FOLDER / f"{name}.bin").write_bytes(inputs.tobytes() + outputs.astype("<f4").tobytes())
    with h5py.File(FOLDER / f"{name}.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(config).encode()
        write_weights(model, file.create_group("model_weights"))
    with h5py.File(FOLDER / f"{name}_weights.h5", "w") as file:
        write_weights(model, file)
    (FOLDER / f"{name}.json").write_text(json.dumps(config))
    (FOLDER / f"{name}.yaml").write_text(yaml.dump(config))  # as Keras 1 and 2 call it


def images():
    first = {"data_format": "channels_first"}
    return keras.Sequential([
        keras.Input((2, 7, 6)),
        L.Conv2D(3, (3, 2), padding="same", activation="relu", name="a", **first),
        L.BatchNormalization(axis=1, epsilon=1e-5, name="n"),
        L.MaxPooling2D((2, 3), padding="same", name="b", **first),
        L.Dropout(0.25, name="d"),
        L.UpSampling2D(2, name="u", **first),
        L.ZeroPadding2D(((0, 1), (2, 0)), name="z", **first),
        L.Conv2DTranspose(2, 2, padding="valid", name="t", **first),
        L.LeakyReLU(0.1, name="l"),
    ])


def steps():
    cell = {"recurrent_activation": early_hard_sigmoid}
    return keras.Sequential([
        keras.Input((8, 3)),
        L.Conv1D(4, 3, padding="same", activation="relu", name="a"),
        L.MaxPooling1D(2, name="p"),
        L.Bidirectional(L.LSTM(3, return_sequences=True, name="inner", **cell), name="both"),
        L.GRU(5, reset_after=False, name="g", **cell),
        L.RepeatVector(4, name="r"),
        L.LSTM(4, return_sequences=True, name="m", **cell),
        L.UpSampling1D(2, name="u"),
        L.TimeDistributed(L.Dense(3, name="e"), name="t"),
    ])


def merged():
    x = keras.Input((6, 4, 2), name="x")
    a = L.Conv2D(4, 3, padding="same", activation="tanh", name="a")(x)
    b = L.Conv2D(4, 1, padding="same", strides=2, name="b")(a)
    c = L.Conv2DTranspose(4, 2, strides=2, padding="same", name="c")(b)
    d = L.Concatenate(axis=3, name="d")([L.Add(name="s")([a, c]), x])
    return keras.Model(x, L.Conv2D(2, 3, padding="same", activation="sigmoid", name="e")(d), name="merged")


def turned(layer):
    """With Theano the same kernel computes what the turned one does elsewhere."""
    values = [np.asarray(value) for value in layer.get_weights()]
    return [value[::-1, ::-1] if value.ndim == 4 else value for value in values]


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    write(images(), "images", sequential(images()))
    write(steps(), "steps", sequential(steps()))
    write(merged(), "merged", functional(merged()))
    model = merged()
    config = functional(model)
    write(model, "theano", config)
    with h5py.File(FOLDER / "theano.h5", "w") as file:
        file.attrs["keras_version"] = b"2.0.8"
        file.attrs["backend"] = b"theano"
        file.attrs["model_config"] = json.dumps(config).encode()
        write_weights(model, file.create_group("model_weights"), turned)
    for rest in ("theano.json", "theano.yaml", "theano_weights.h5"):
        (FOLDER / rest).unlink()
    for file in sorted(FOLDER.iterdir()):
        print(file.name, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
