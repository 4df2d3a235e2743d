"""Makes the golden files that KerasGoldenTest holds the engine against.

Every number is computed by the real Keras on TensorFlow in float64 from inputs that are exact in float32, and rounded
once at the end: what is written is the truth to the last bit or so, not another float32 approximation of it.
`--float32` instead prints how far Keras's own float32 is from that truth, which is what the tolerances of the Java test
are chosen by.

README.md beside this file describes the format.
"""

import argparse
import hashlib
import math
import os
import struct
import sys
import zlib
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

RESOURCES = Path(__file__).resolve().parent.parent / "core/src/test/resources/golden"
MODEL_BATCH = 16
MODEL_STEPS = 10
SAMPLE_STRIDE = 61  # prime, so that samples of a matrix visit all its columns
STORED_WHOLE = 16_384  # arrays of model cases with more numbers are sampled


# Layers ---------------------------------------------------------------------------------------------------------------


def conv2d(name, filters, kernel, stride=(1, 1), padding="same", activation="linear"):
    text = f"Conv2d name={name} filters={filters} kernel={pair(kernel)} stride={pair(stride)}"
    text += f" padding={padding} activation={activation}"
    make = lambda: keras.layers.Conv2D(  # noqa: E731
        filters, kernel, strides=stride, padding=padding, activation=activation, name=name
    )
    return text, make


def conv2d_transpose(name, filters, kernel, stride=(1, 1), padding="same", activation="linear"):
    text = f"Conv2dTranspose name={name} filters={filters} kernel={pair(kernel)} stride={pair(stride)}"
    text += f" padding={padding} activation={activation}"
    make = lambda: keras.layers.Conv2DTranspose(  # noqa: E731
        filters, kernel, strides=stride, padding=padding, activation=activation, name=name
    )
    return text, make


def batch_normalization(name, momentum=0.99, epsilon=1e-3):
    text = f"BatchNormalization name={name} momentum={momentum} epsilon={epsilon}"
    return text, lambda: keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon, name=name)


def max_pooling2d(name, pool, stride, padding="same"):
    text = f"MaxPooling2d name={name} pool={pair(pool)} stride={pair(stride)} padding={padding}"
    return text, lambda: keras.layers.MaxPooling2D(pool, strides=stride, padding=padding, name=name)


def up_sampling2d(name, size):
    return f"UpSampling2d name={name} size={pair(size)}", lambda: keras.layers.UpSampling2D(size, name=name)


def global_average_pooling2d(name):
    return f"GlobalAveragePooling2d name={name}", lambda: keras.layers.GlobalAveragePooling2D(name=name)


def flatten(name):
    return f"Flatten name={name}", lambda: keras.layers.Flatten(name=name)


def reshape(name, target):
    return f"Reshape name={name} target={dimensions(target)}", lambda: keras.layers.Reshape(target, name=name)


def dense(name, units, activation="linear"):
    text = f"Dense name={name} units={units} activation={activation}"
    return text, lambda: keras.layers.Dense(units, activation=activation, name=name)


def time_distributed(name, units, activation="linear"):
    text = f"TimeDistributed name={name} units={units} activation={activation}"
    make = lambda: keras.layers.TimeDistributed(  # noqa: E731
        keras.layers.Dense(units, activation=activation, name=name + "_dense"), name=name
    )
    return text, make


def dropout(name, rate):
    return f"Dropout name={name} rate={rate}", lambda: keras.layers.Dropout(rate, name=name)


def activation(name, function):
    text = f"ActivationLayer name={name} activation={function}"
    return text, lambda: keras.layers.Activation(function, name=name)


def leaky_relu(name, negative_slope):
    text = f"LeakyRelu name={name} negativeSlope={negative_slope}"
    return text, lambda: keras.layers.LeakyReLU(negative_slope=negative_slope, name=name)


def repeat_vector(name, steps):
    return f"RepeatVector name={name} steps={steps}", lambda: keras.layers.RepeatVector(steps, name=name)


def lstm(name, units, return_sequences):
    text = f"Lstm name={name} units={units} returnSequences={str(return_sequences).lower()}"
    return text, lambda: keras.layers.LSTM(units, return_sequences=return_sequences, name=name)


def pair(size):
    return dimensions(size)


def dimensions(shape):
    return "x".join(str(d) for d in shape) or "scalar"


# Cases ----------------------------------------------------------------------------------------------------------------


def layer_cases():
    """(name, batch, sample shape, layers): each kind of layer by itself, odd sizes first, then chains that an engine
    may compute in one go."""
    yield "conv2d_3x3_same_relu", 2, (7, 5, 3), [conv2d("conv", 4, (3, 3), activation="relu")]
    yield "conv2d_3x3_same_wide", 2, (6, 7, 17), [conv2d("conv", 33, (3, 3), activation="relu")]
    yield "conv2d_3x3_valid_linear", 3, (5, 6, 2), [conv2d("conv", 5, (3, 3), padding="valid")]
    yield "conv2d_1x1_same_tanh", 3, (4, 3, 6), [conv2d("conv", 7, (1, 1), activation="tanh")]
    yield "conv2d_2x2_same_sigmoid", 3, (5, 4, 2), [conv2d("conv", 3, (2, 2), activation="sigmoid")]
    yield "conv2d_5x3_same_linear", 2, (6, 5, 2), [conv2d("conv", 3, (5, 3))]
    yield "conv2d_3x3_stride2_same_odd", 2, (7, 5, 3), [conv2d("conv", 4, (3, 3), (2, 2), activation="relu")]
    yield "conv2d_3x3_stride2_same_even", 2, (8, 6, 3), [conv2d("conv", 4, (3, 3), (2, 2))]
    yield "conv2d_3x3_stride2_valid", 2, (8, 7, 3), [conv2d("conv", 4, (3, 3), (2, 2), "valid", "tanh")]
    yield "conv2d_2x3_stride1x2_valid", 2, (5, 7, 2), [conv2d("conv", 3, (2, 3), (1, 2), "valid")]
    yield "conv2d_3x3_one_channel_out", 2, (6, 6, 8), [conv2d("conv", 1, (3, 3), activation="sigmoid")]
    yield "conv2d_3x3_on_one_pixel", 2, (1, 1, 3), [conv2d("conv", 2, (3, 3))]

    yield "transpose_3x3_same", 2, (5, 4, 3), [conv2d_transpose("conv", 4, (3, 3), activation="relu")]
    yield "transpose_3x3_valid", 2, (3, 4, 3), [conv2d_transpose("conv", 2, (3, 3), padding="valid")]
    yield "transpose_3x3_stride2_same", 2, (4, 3, 3), [conv2d_transpose("conv", 4, (3, 3), (2, 2), activation="relu")]
    yield "transpose_3x3_stride2_valid", 2, (3, 4, 2), [conv2d_transpose("conv", 3, (3, 3), (2, 2), "valid")]
    yield "transpose_2x2_stride2_same", 2, (3, 5, 2), [conv2d_transpose("conv", 3, (2, 2), (2, 2), activation="sigmoid")]
    yield "transpose_2x2_same", 2, (3, 5, 2), [conv2d_transpose("conv", 3, (2, 2))]
    yield "transpose_2x2_stride3_valid", 2, (3, 2, 2), [conv2d_transpose("conv", 3, (2, 2), (3, 3), "valid")]
    yield "transpose_5x5_stride2_same", 2, (3, 4, 2), [conv2d_transpose("conv", 2, (5, 5), (2, 2), activation="tanh")]

    yield "batch_normalization_image", 4, (3, 5, 3), [batch_normalization("norm")]
    yield "batch_normalization_sequence", 4, (3, 5), [batch_normalization("norm", momentum=0.9, epsilon=0.01)]
    yield "batch_normalization_vector", 8, (5,), [batch_normalization("norm", momentum=0.5)]

    yield "max_pooling_2x2_same_odd", 2, (5, 7, 3), [max_pooling2d("pool", (2, 2), (2, 2))]
    yield "max_pooling_2x2_valid_odd", 2, (5, 7, 3), [max_pooling2d("pool", (2, 2), (2, 2), "valid")]
    yield "max_pooling_3x3_stride2_same", 2, (6, 7, 2), [max_pooling2d("pool", (3, 3), (2, 2))]
    yield "max_pooling_3x2_stride1x2_valid", 2, (6, 7, 2), [max_pooling2d("pool", (3, 2), (1, 2), "valid")]
    yield "up_sampling_2x2", 2, (3, 4, 3), [up_sampling2d("up", (2, 2))]
    yield "up_sampling_3x1", 2, (2, 3, 2), [up_sampling2d("up", (3, 1))]
    yield "global_average_pooling", 3, (3, 5, 4), [global_average_pooling2d("average")]

    yield "flatten_image", 2, (3, 2, 4), [flatten("flatten")]
    yield "reshape_vector_to_image", 2, (24,), [reshape("reshape", (3, 2, 4))]
    yield "dense_vector_relu", 5, (7,), [dense("dense", 6, "relu")]
    yield "dense_vector_wide", 3, (33,), [dense("dense", 17, "tanh")]
    yield "dense_sequence_sigmoid", 2, (4, 5), [dense("dense", 3, "sigmoid")]
    yield "dense_image_linear", 2, (2, 3, 4), [dense("dense", 5)]
    yield "time_distributed_dense", 3, (4, 5), [time_distributed("steps", 3)]
    yield "time_distributed_dense_relu", 3, (3, 6), [time_distributed("steps", 5, "relu")]
    yield "dropout", 3, (4, 5), [dropout("dropout", 0.3)]
    for function in ("linear", "relu", "sigmoid", "tanh"):
        yield f"activation_{function}", 3, (4, 5), [activation("activation", function)]
    yield "leaky_relu_default", 3, (4, 5), [leaky_relu("leaky", 0.3)]
    yield "leaky_relu_tenth", 3, (2, 3, 4), [leaky_relu("leaky", 0.1)]
    yield "repeat_vector", 3, (5,), [repeat_vector("repeat", 4)]

    yield "lstm_sequences", 3, (6, 5), [lstm("lstm", 4, True)]
    yield "lstm_last_state", 3, (6, 5), [lstm("lstm", 4, False)]
    yield "lstm_one_step", 2, (1, 3), [lstm("lstm", 2, True)]
    yield "lstm_wide", 2, (5, 19), [lstm("lstm", 17, True)]

    yield "chain_conv_norm_pool_odd", 4, (7, 5, 2), [
        conv2d("conv", 3, (3, 3), activation="relu"),
        batch_normalization("norm"),
        max_pooling2d("pool", (2, 2), (2, 2)),
    ]
    yield "chain_norm_first", 4, (4, 5, 2), [
        batch_normalization("norm"),
        activation("relu", "relu"),
        conv2d("conv", 3, (3, 3)),
    ]
    yield "chain_up_conv_to_one_channel", 3, (3, 5, 4), [
        batch_normalization("norm"),
        up_sampling2d("up", (2, 2)),
        conv2d("conv", 1, (3, 3), activation="sigmoid"),
    ]
    yield "chain_like_cifar10", 3, (8, 8, 3), [
        conv2d("conv1", 4, (3, 3), activation="relu"),
        max_pooling2d("pool", (2, 2), (2, 2)),
        conv2d("conv2", 6, (3, 3), activation="relu"),
        global_average_pooling2d("average"),
        dense("latent", 4),
        dense("grow", 32, "relu"),
        reshape("image", (4, 4, 2)),
        conv2d_transpose("conv3", 5, (3, 3), activation="relu"),
        up_sampling2d("up", (2, 2)),
        conv2d_transpose("output", 3, (3, 3), activation="sigmoid"),
    ]
    yield "chain_like_sequences", 3, (5, 3), [
        lstm("lstm1", 6, True),
        lstm("lstm2", 4, False),
        dense("latent", 2),
        repeat_vector("repeat", 5),
        lstm("lstm3", 4, True),
        lstm("lstm4", 6, True),
        time_distributed("output", 3),
    ]


def mnist_cnn():
    return (28, 28, 1), [
        conv2d("enc_conv1", 32, (3, 3), activation="relu"),
        batch_normalization("enc_bn1"),
        max_pooling2d("enc_pool1", (2, 2), (2, 2)),
        conv2d("enc_conv2", 16, (3, 3), activation="relu"),
        batch_normalization("enc_bn2"),
        max_pooling2d("enc_pool2", (2, 2), (2, 2)),
        conv2d("latent", 8, (3, 3), activation="relu"),
        conv2d("dec_conv1", 16, (3, 3), activation="relu"),
        batch_normalization("dec_bn1"),
        up_sampling2d("dec_up1", (2, 2)),
        conv2d("dec_conv2", 32, (3, 3), activation="relu"),
        batch_normalization("dec_bn2"),
        up_sampling2d("dec_up2", (2, 2)),
        conv2d("output", 1, (3, 3), activation="sigmoid"),
    ]


def mnist_lstm():
    return (28, 28), [
        lstm("enc_lstm1", 128, True),
        lstm("enc_lstm2", 64, True),
        lstm("latent", 32, False),
        repeat_vector("dec_repeat", 28),
        lstm("dec_lstm1", 64, True),
        lstm("dec_lstm2", 128, True),
        time_distributed("output", 28),
    ]


# Running --------------------------------------------------------------------------------------------------------------


def compute_in(float_type):
    """Sets what variables, inputs and arithmetic are made of; floatx alone leaves the layers' policy as it was."""
    keras.config.set_floatx(float_type)
    keras.config.set_dtype_policy(float_type)


def build(shape, layers):
    inputs = keras.Input(shape)
    outputs = inputs
    for _, make in layers:
        outputs = make()(outputs)
    return keras.Model(inputs, outputs)


def variables_of(model):
    """(path, variable) in Keras's order, which is Parameters' order."""
    return [
        (f"{layer.name}/{variable.name}", variable)
        for layer in model.layers
        for variable in layer.weights
        if "seed" not in variable.name
    ]


def uniform(name, shape, low=-1.0, high=1.0):
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    return generator.uniform(low, high, shape).astype(np.float32)


def require(condition, message):
    if not condition:
        sys.exit(message)


def loss_and_gradients(model, inputs, target):
    inputs = tf.constant(inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = model(inputs, training=True)
        loss = tf.reduce_mean(tf.square(output - target))
    trainable = [variable.value for _, variable in variables_of(model) if variable.trainable]
    gradients = tape.gradient(loss, [inputs] + trainable)
    paths = ["input"] + [path for path, variable in variables_of(model) if variable.trainable]
    return output, loss, dict(zip(paths, gradients))


def run_layer_case(name, batch, shape, layers):
    """All arrays of one case, by name."""
    float_type = keras.config.floatx()
    model = build(shape, layers)
    arrays = {"input": uniform(name + "/input", (batch, *shape))}
    for path, variable in variables_of(model):
        low, high = (0.5, 1.5) if path.endswith("moving_variance") else (-0.6, 0.6)
        value = uniform(f"{name}/{path}", variable.shape, low, high)
        arrays["variable/" + path] = value
        variable.assign(value.astype(float_type))
    inputs = arrays["input"].astype(float_type)
    arrays["inference"] = model(inputs, training=False)
    if name.startswith("dropout"):
        return arrays  # what training drops is random
    arrays["target"] = uniform(name + "/target", (batch, *model.output_shape[1:]))
    output, loss, gradients = loss_and_gradients(model, inputs, arrays["target"].astype(float_type))
    require(output.dtype == float_type, f"{name} was computed in {output.dtype}, not {float_type}")
    arrays["output"] = output
    arrays["loss"] = np.reshape(loss, (1,))
    for path, gradient in gradients.items():
        arrays["gradient/" + path] = gradient
    for path, variable in variables_of(model):
        if not variable.trainable:
            arrays["after/" + path] = variable.numpy()
    return arrays


def reproducible(variable_index, shape):
    """Numbers in [-1, 1) that Java makes again: see README.md, 'Initial weights'."""
    with np.errstate(over="ignore"):
        bits = np.arange(math.prod(shape), dtype=np.uint32) + np.uint32(1)
        bits = bits * np.uint32(0x9E3779B9) + np.uint32(variable_index) * np.uint32(0x85EBCA6B)
        bits ^= bits >> np.uint32(16)
        bits *= np.uint32(0x85EBCA6B)
        bits ^= bits >> np.uint32(13)
        bits *= np.uint32(0xC2B2AE35)
        bits ^= bits >> np.uint32(16)
    return ((bits >> np.uint32(8)).astype(np.float64) / 2**23 - 1).reshape(shape)


def initial_value(variable_index, path, shape):
    values = reproducible(variable_index, shape)
    kind = path.rsplit("/", 1)[1]
    if kind in ("kernel", "recurrent_kernel"):
        area = math.prod(shape[:-2])
        values = values * math.sqrt(6.0 / (area * shape[-2] + area * shape[-1]))
    elif kind == "gamma":
        values = 1 + 0.1 * values
    elif kind in ("bias", "beta"):
        values = 0.1 * values
    elif kind == "moving_mean":
        values = np.zeros(shape)
    elif kind == "moving_variance":
        values = np.ones(shape)
    return values.astype(np.float32)


def initial_digest(model):
    """Parameters.sha256() of the initial weights: over all variables in order, float32 little-endian."""
    digest = hashlib.sha256()
    for index, (path, variable) in enumerate(variables_of(model)):
        digest.update(initial_value(index, path, variable.shape).astype("<f4").tobytes())
    return digest.hexdigest()


def run_model_case(shape, layers, images):
    """Loss curve of full-batch Adam steps, the first step's gradients, outputs before and after."""
    float_type = keras.config.floatx()
    model = build(shape, layers)
    for index, (path, variable) in enumerate(variables_of(model)):
        variable.assign(initial_value(index, path, variable.shape).astype(float_type))
    inputs = (images.astype(np.float32) * np.float32(1 / 255)).reshape((-1, *shape)).astype(float_type)
    optimizer = keras.optimizers.Adam(learning_rate=1e-3, epsilon=1e-7)
    arrays = {"inference-before": model(inputs, training=False)}
    losses = []
    for step in range(MODEL_STEPS):
        output, loss, gradients = loss_and_gradients(model, inputs, inputs)
        require(output.dtype == float_type, f"the model was computed in {output.dtype}, not {float_type}")
        losses.append(float(loss))
        if step == 0:
            arrays["output"] = output
            for path, gradient in gradients.items():
                if path != "input":
                    arrays["gradient/" + path] = gradient
        trainable = [variable for _, variable in variables_of(model) if variable.trainable]
        optimizer.apply_gradients(zip([g for p, g in gradients.items() if p != "input"], trainable))
    arrays["losses"] = np.array(losses)
    for path, variable in variables_of(model):
        if not variable.trainable:
            arrays["after/" + path] = variable.numpy()
    arrays["inference-after"] = model(inputs, training=False)
    return arrays


# Writing --------------------------------------------------------------------------------------------------------------


class GoldenFile:
    """`<name>.txt` describes, `<name>.bin` holds the numbers, float32 little-endian."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        script = Path(sys.argv[0]).name
        self.lines = [f"# Written by interop/{script}; interop/README.md describes the format."]
        self.numbers = []
        self.offset = 0

    def case(self, name, header):
        self.lines += ["", f"case {name}"] + header

    def array(self, name, values, stride=1):
        values = np.asarray(values)
        rounded = values.astype("<f4").reshape(-1)
        stored = rounded[::stride]
        largest = float(np.max(np.abs(rounded)))
        self.lines.append(f"array {name} {dimensions(values.shape)} {self.offset} {stride} {largest:.9g}")
        self.numbers.append(stored.tobytes())
        self.offset += stored.size

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{self.name}.txt").write_text("\n".join(self.lines) + "\n")
        (self.folder / f"{self.name}.bin").write_bytes(b"".join(self.numbers))
        print(f"{self.name}: {sum(l.startswith('case ') for l in self.lines)} cases, {4 * self.offset} bytes")


def mnist_images(idx_file):
    """The first test images, as bytes."""
    with open(idx_file, "rb") as file:
        magic, count, rows, columns = struct.unpack(">4i", file.read(16))
        if (magic, rows, columns) != (2051, 28, 28) or count < MODEL_BATCH:
            sys.exit(f"{idx_file}: expected MNIST images (magic 2051, 28x28), got magic {magic}, {rows}x{columns}")
        return np.frombuffer(file.read(MODEL_BATCH * 784), np.uint8).reshape(MODEL_BATCH, 784)


def model_cases():
    yield "mnist-cnn", *mnist_cnn()
    yield "mnist-lstm", *mnist_lstm()


def write_all(images):
    layers_file = GoldenFile(RESOURCES, "layers")
    for name, batch, shape, layers in layer_cases():
        layers_file.case(name, [f"input {dimensions(shape)}"] + ["layer " + text for text, _ in layers])
        for array_name, values in run_layer_case(name, batch, shape, layers).items():
            layers_file.array(array_name, values)
    layers_file.write()

    models_file = GoldenFile(RESOURCES, "models")
    for name, shape, layers in model_cases():
        digest = initial_digest(build(shape, layers))
        models_file.case(name, [f"preset {name}", f"initial-sha256 {digest}"])
        for array_name, values in run_model_case(shape, layers, images).items():
            size = math.prod(values.shape)
            models_file.array(array_name, values, 1 if size <= STORED_WHOLE else SAMPLE_STRIDE)
    models_file.write()
    (RESOURCES / f"mnist-{MODEL_BATCH}.u8").write_bytes(images.tobytes())


def print_float32_error(images):
    """The largest difference of Keras's float32 from its float64, over the largest value, by kind of array."""
    cases = [(n, lambda b=b, s=s, l=l, n=n: run_layer_case(n, b, s, l)) for n, b, s, l in layer_cases()]
    cases += [(n, lambda s=s, l=l: run_model_case(s, l, images)) for n, s, l in model_cases()]
    for name, run in cases:
        compute_in("float64")
        truth = run()
        compute_in("float32")
        approximation = run()
        worst = {}
        for array, values in truth.items():
            exact, single = np.asarray(values, np.float64), np.asarray(approximation[array], np.float64)
            error = np.max(np.abs(exact - single)) / max(np.max(np.abs(exact)), 1e-30)
            kind = array.split("/")[0]
            worst[kind] = max(worst.get(kind, 0.0), error)
        print(name, " ".join(f"{kind}={error:.1e}" for kind, error in worst.items() if error > 0))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("t10k_images", help="MNIST's uncompressed t10k-images-idx3-ubyte")
    parser.add_argument("--float32", action="store_true", help="print Keras's own float32 error, write nothing")
    options = parser.parse_args()
    images = mnist_images(options.t10k_images)
    if options.float32:
        print_float32_error(images)
    else:
        compute_in("float64")
        write_all(images)


if __name__ == "__main__":
    main()
