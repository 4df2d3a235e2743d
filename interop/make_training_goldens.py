"""Makes the golden files that LossGoldenTest and OptimizerGoldenTest hold losses and optimizers against.

golden/losses.txt: what the real Keras's losses and their gradients are, by each output, in float32: at the ends of their
ranges that is what counts. golden/training.txt: ten steps of a small model by each optimizer with several settings, and
by each loss, in float64 from numbers that are exact in float32: weights and loss after each step, and the optimizer's
slots in the end. README.md beside this file describes both.
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

RESOURCES = Path(__file__).resolve().parent.parent / "core/src/test/resources/golden"
STEPS = 10
SAMPLES = 5
SIZE = 4

LOSSES = [
    "mean_squared_error",
    "mean_absolute_error",
    "binary_crossentropy",
    "binary_crossentropy:label_smoothing=0.1",
    "binary_crossentropy:from_logits=true",
    "binary_crossentropy:from_logits=true,label_smoothing=0.25",
    "huber",
    "huber:delta=0.25",
    "log_cosh",
    "mean_squared_logarithmic_error",
    "mean_absolute_percentage_error",
    "poisson",
    "categorical_crossentropy",
    "categorical_crossentropy:label_smoothing=0.2",
    "categorical_crossentropy:from_logits=true",
    "categorical_crossentropy:from_logits=true,label_smoothing=0.2",
    "kl_divergence",
    "cosine_similarity",
]
# Of classes by their numbers; made last, so that the lines of the others stay as they are.
OF_CLASSES = [
    "sparse_categorical_crossentropy",
    "sparse_categorical_crossentropy:from_logits=true",
    "sparse_categorical_crossentropy:ignore_class=2",
    "sparse_categorical_crossentropy:from_logits=true,ignore_class=0",
]

# Regularizers by layer and variable, as our Penalty writes them, with ~ for a space.
PENALTIES = [
    "squeeze/kernel~l1~0.01~l2~0.02;squeeze/bias~l2~0.1;rebuild/kernel~l2~0.05",
    "squeeze/activity~l1~0.05",
    "squeeze/activity~l1~0.02~l2~0.03;rebuild/activity~l2~0.01;rebuild/bias~l1~0.01",
]

# What these take for outputs and targets, beside some that are beyond.
POSITIVE = ["mean_squared_logarithmic_error", "mean_absolute_percentage_error", "poisson"]
# Told from a row of numbers together.
OF_ROWS = ["categorical_crossentropy", "kl_divergence", "cosine_similarity"]

OPTIMIZERS = [
    "adam:learning_rate=0.01",
    "adam:learning_rate=0.01,beta_1=0.8,beta_2=0.9,epsilon=0.001",
    "adam:learning_rate=0.01,amsgrad=true,beta_2=0.5",
    "adam:learning_rate=0.01,weight_decay=0.1",
    "adam:learning_rate=0.01,clipnorm=0.05",
    "adamw:learning_rate=0.01",
    "adamw:learning_rate=0.01,weight_decay=0.2,amsgrad=true,global_clipnorm=0.1",
    "sgd:learning_rate=0.5",
    "sgd:learning_rate=0.5,momentum=0.9",
    "sgd:learning_rate=0.5,momentum=0.9,nesterov=true",
    "sgd:learning_rate=0.5,nesterov=true",
    "sgd:learning_rate=0.5,weight_decay=0.05",
    "sgd:learning_rate=0.5,clipnorm=0.03",
    "sgd:learning_rate=0.5,clipnorm=100.0",
    "sgd:learning_rate=0.5,global_clipnorm=0.05",
    "sgd:learning_rate=0.5,clipvalue=0.01",
    "rmsprop:learning_rate=0.01",
    "rmsprop:learning_rate=0.01,rho=0.7,momentum=0.5",
    "rmsprop:learning_rate=0.01,centered=true",
    "rmsprop:learning_rate=0.01,momentum=0.3,centered=true,epsilon=0.0001,weight_decay=0.1",
    "nadam:learning_rate=0.01",
    "nadam:learning_rate=0.01,beta_1=0.7,beta_2=0.9,epsilon=0.001,clipvalue=0.02",
    "adadelta:learning_rate=1.0",
    "adadelta:learning_rate=1.0,rho=0.8,epsilon=0.0001",
    "adagrad:learning_rate=0.1",
    "adagrad:learning_rate=0.1,initial_accumulator_value=0.5,epsilon=0.001",
    "adamax:learning_rate=0.01",
    "adamax:learning_rate=0.01,beta_1=0.7,beta_2=0.9,epsilon=0.001",
]

LOSS_CLASSES = {
    "mean_squared_error": keras.losses.MeanSquaredError,
    "mean_absolute_error": keras.losses.MeanAbsoluteError,
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "huber": keras.losses.Huber,
    "log_cosh": keras.losses.LogCosh,
    "mean_squared_logarithmic_error": keras.losses.MeanSquaredLogarithmicError,
    "mean_absolute_percentage_error": keras.losses.MeanAbsolutePercentageError,
    "poisson": keras.losses.Poisson,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    "kl_divergence": keras.losses.KLDivergence,
    "cosine_similarity": keras.losses.CosineSimilarity,
}


def settings(text):
    """Name and settings; numbers are rounded to float32, which is what ours are."""
    name, _, rest = text.partition(":")
    found = {}
    for part in filter(None, rest.split(",")):
        key, value = part.split("=")
        if key == "penalties":
            continue  # they stand on the layers
        found[key] = value == "true" if value in ("true", "false") else float(np.float32(value))
        if key == "ignore_class":
            found[key] = int(value)
    return name, found


def loss(text):
    name, found = settings(text)
    return LOSS_CLASSES[name](**found)


def regularizers(text):
    """By layer, what its constructor takes."""
    found = {"squeeze": {}, "rebuild": {}}
    _, _, rest = text.partition("penalties=")
    for part in filter(None, rest.split(";")):
        place, *words = part.split("~")
        layer, of = place.split("/")
        factors = {key: float(np.float32(value)) for key, value in zip(words[::2], words[1::2])}
        found[layer][f"{of}_regularizer"] = keras.regularizers.L1L2(**factors)
    return found


def optimizer(text):
    name, found = settings(text)
    kind = type(keras.optimizers.get(name))
    defaults = kind().get_config()
    for key, value in defaults.items():
        if type(value) is float and key != "learning_rate":
            found.setdefault(key, float(np.float32(value)))
    return kind(**found)


def numbers(values):
    return " ".join(str(np.float32(value)) for value in np.asarray(values).ravel())


def losses():
    keras.backend.set_floatx("float32")
    random = np.random.default_rng(5)
    probabilities = random.random(24).astype("float32")
    # The ends, what is clipped to them, and beyond.
    ends = np.array([0, 1, 1e-7, 5e-8, 2e-7, 0.9999999, 0.99999994, 0.5, -0.5, 1.5, 0.25, 0.75], "float32")
    shares = random.random(24).astype("float32")
    far = (random.standard_normal(24) * 4).astype("float32")
    steep = np.array([0, -0.0, 20, -20, 60, -60, 100, -100, 17, -17, 1e-4, -1e-4], "float32")
    lines = []
    for text in LOSSES:
        name = text.partition(":")[0]
        if name in POSITIVE or name in OF_ROWS:
            continue
        logits = "from_logits" in text
        crossentropy = text.startswith("binary")
        inside = far if logits or not crossentropy else probabilities
        outputs = np.concatenate([inside, *(3 * [steep if logits else ends])])
        targets = np.concatenate([shares, np.zeros(12), np.ones(12), np.full(12, 0.25)]).astype("float32")
        lines += of_loss(text, "output", outputs, targets, loss(text), lambda y: y)
        if crossentropy and not logits:
            outputs = np.concatenate([far, *(3 * [steep])])
            lines += of_loss(text, "sigmoid", outputs, targets, loss(text), keras.activations.sigmoid)
    # Numbers of their own, so that the lines above stay as they are.
    lines += of_rows(np.random.default_rng(11))
    lines += of_images(np.random.default_rng(13))
    lines += of_classes(np.random.default_rng(17))
    write("losses.txt", lines)


def of_rows(random):
    """In float64 from numbers that are exact in float32: of a row a loss, and a gradient by each output."""
    keras.backend.set_floatx("float64")
    lines = []
    for text in LOSSES:
        name = text.partition(":")[0]
        if name not in POSITIVE and name not in OF_ROWS:
            continue
        size = 5 if name in OF_ROWS else 1
        outputs = random.random((12, size)).astype("float32")
        targets = random.random((12, size)).astype("float32")
        if name in OF_ROWS:
            targets[:3] = np.eye(size, dtype="float32")[[1, 0, 4]]
            targets[3:] = np.round(targets[3:] / targets[3:].sum(-1, keepdims=True) * 256) / 256
            targets[3:, 0] += 1 - targets[3:].sum(-1)
            outputs[4, 2] = 0
        elif name != "mean_absolute_percentage_error":
            targets[:2] = 0
        if "from_logits" in text or name == "cosine_similarity":
            outputs = (random.standard_normal((12, size)) * 4).astype("float32")
            outputs[0] *= 20
        if name == "poisson":
            outputs[2:4] *= 1e-3
            targets[4:] = np.round(targets[4:] * 20)
        if name == "mean_squared_logarithmic_error":
            outputs[3] = -0.5
            outputs[5:] *= 100
        function = loss(text)
        values, gradients = [], []
        for output, target in zip(outputs, targets):
            variable = tf.Variable([output], dtype="float64")
            with tf.GradientTape() as tape:
                value = function(tf.constant([target], "float64"), variable)
            values.append(value.numpy())
            gradients.append(tape.gradient(value, variable).numpy()[0])
        lines += lines_of(f"{text} rows", outputs, targets, values, gradients)
    keras.backend.set_floatx("float32")
    return lines


def of_classes(random):
    """As rows; targets are written as rows of zeros with a single 1, of zeros alone where a class is ignored."""
    keras.backend.set_floatx("float64")
    lines = []
    for text in OF_CLASSES:
        outputs = random.random((12, 5)).astype("float32")
        outputs[3, 1], outputs[4, 2], outputs[5, 3] = 0, 1, 1.5
        if "from_logits" in text:
            outputs = (random.standard_normal((12, 5)) * 4).astype("float32")
            outputs[0] *= 20
        classes = random.integers(0, 5, 12)
        classes[3:6] = [1, 2, 0]
        function = loss(text)
        values, gradients = [], []
        for output, target in zip(outputs, classes):
            variable = tf.Variable([output], dtype="float64")
            with tf.GradientTape() as tape:
                value = function(tf.constant([target], "float64"), variable)
            values.append(value.numpy())
            gradients.append(tape.gradient(value, variable).numpy()[0])
        lines += lines_of(f"{text} rows", outputs, rows_of(text, classes, 5), values, gradients)
    keras.backend.set_floatx("float32")
    return lines


def rows_of(text, classes, size):
    """What our plans take for targets."""
    rows = np.eye(size, dtype="float32")[classes]
    rows[classes == settings(text)[1].get("ignore_class", -1)] = 0
    return rows


def of_images(random):
    """1 - tf.image.ssim, which computes in float32, of two images of 13x12 pixels and 2 channels."""
    lines = []
    for text, largest in [("ssim:data_range=1", 1.0), ("ssim:data_range=2", 2.0)]:
        targets = random.random((2, 13, 12, 2)).astype("float32")
        outputs = np.clip(targets + random.standard_normal(targets.shape) * 0.3, 0, 1).astype("float32")
        variable = tf.Variable(outputs)
        with tf.GradientTape() as tape:
            values = 1 - tf.image.ssim(targets, variable, largest)
        gradients = tape.gradient(values, variable).numpy()
        lines += lines_of(f"{text} image", outputs, targets, values.numpy(), gradients)
    return lines


def of_loss(text, kind, outputs, targets, function, activation):
    """Number by number, since losses are means over them."""
    values, gradients = [], []
    for output, target in zip(outputs, targets):
        variable = tf.Variable([[output]])
        with tf.GradientTape() as tape:
            value = function(np.array([[target]], "float32"), activation(variable))
        values.append(value.numpy())
        gradients.append(tape.gradient(value, variable).numpy()[0, 0])
    return lines_of(f"{text} {kind}", outputs, targets, values, gradients)


def lines_of(case, outputs, targets, values, gradients):
    return [
        f"case {case}",
        "outputs " + numbers(outputs),
        "targets " + numbers(targets),
        "losses " + numbers(values),
        "gradients " + numbers(gradients),
    ]


def training():
    keras.backend.set_floatx("float64")
    random = np.random.default_rng(7)
    inputs = np.round(random.random((SAMPLES, SIZE)), 3).astype("float32")
    initial = [
        (random.random(shape) - 0.5).astype("float32") for shape in [(SIZE, 2), (2,), (2, SIZE), (SIZE,)]
    ]
    lines = ["inputs " + numbers(inputs), "weights " + numbers(np.concatenate([w.ravel() for w in initial]))]
    for text in OPTIMIZERS:
        lines += of_training("mean_squared_error", text, "linear", inputs, initial)
    for text in LOSSES:
        ends = ["linear"] if "from_logits" in text or text == "cosine_similarity" else ["sigmoid"]
        if text.startswith("categorical") and "logits" not in text:
            # Of an unhidden sigmoid Keras would take the logits for those of a softmax.
            ends = ["reshaped"]
        for end in ends + (["reshaped"] if text.startswith("binary") and "logits" not in text else []):
            rate = 0.001 if text == "mean_absolute_percentage_error" else 0.5
            lines += of_training(text, f"sgd:learning_rate={rate}", end, own_inputs(text, inputs), initial)
    for text in OF_CLASSES:
        lines += of_training(text, "sgd:learning_rate=0.5", "linear", class_inputs(text), initial)
    for penalties in PENALTIES:
        text = f"mean_squared_error:penalties={penalties}"
        lines += of_training(text, "sgd:learning_rate=0.5", "sigmoid", inputs, initial)
    write("training.txt", lines)


def own_inputs(text, inputs):
    """TensorFlow's gradient of categorical cross-entropy from logits is right for targets whose sum is 1, and for no others."""
    if not text.startswith("categorical"):
        return inputs
    shares = np.round(inputs / inputs.sum(-1, keepdims=True) * 256) / 256
    shares[:, 0] += 1 - shares.sum(-1)
    return shares.astype("float32")


def class_inputs(text):
    """Each sample is the row of its class, so that it is its own target; one may be of a class that is ignored."""
    return rows_of(text, np.array([1, 3, 0, 2, 3]), SIZE)


def of_training(loss_text, optimizer_text, end, inputs, initial):
    held = regularizers(loss_text)
    last = "linear" if end == "linear" else "sigmoid"
    layers = [
        keras.Input((SIZE,)),
        keras.layers.Dense(2, activation="tanh", name="squeeze", **held["squeeze"]),
        keras.layers.Dense(SIZE, activation=last, name="rebuild", **held["rebuild"]),
    ]
    targets = inputs
    if loss_text in OF_CLASSES:
        targets = np.array([1, 3, 0, 2, 3])
    if end == "reshaped":
        # Hides from Keras that a sigmoid made what comes out.
        layers.append(keras.layers.Reshape((2, 2), name="reshape"))
        targets = inputs.reshape((-1, 2, 2))
    model = keras.Sequential(layers)
    model.set_weights(initial)
    kept = optimizer(optimizer_text)
    model.compile(optimizer=kept, loss=loss(loss_text))
    lines = [f"case {loss_text} {optimizer_text} {end}"]
    if loss_text.startswith("categorical") or loss_text in OF_CLASSES:
        lines.append("inputs " + numbers(inputs))
    losses = []
    for step in range(STEPS):
        losses.append(model.train_on_batch(inputs, targets))
        lines.append(f"after {numbers(np.concatenate([w.ravel() for w in model.get_weights()]))}")
    lines.append("losses " + numbers(losses))
    variables = kept.variables[2:]
    while variables:
        if variables[0].shape == ():
            lines.append(f"scalar u_product {numbers(variables.pop(0))}")
            continue
        slot = slot_of(variables[0])
        mine = [v for v in variables if slot_of(v) == slot]
        variables = [v for v in variables if slot_of(v) != slot]
        lines.append(f"slot {slot} " + numbers(np.concatenate([v.numpy().ravel() for v in mine])))
    return lines


def slot_of(variable):
    """Such as velocity_hat of adam/sequential_a_kernel_velocity_hat."""
    name = variable.path
    for part in ("kernel_", "bias_"):
        if part in name:
            return name.split(part, 1)[1]
    return "u_product"


def write(name, lines):
    (RESOURCES / name).write_text(
        "# Made by interop/make_training_goldens.py with Keras " + keras.__version__ + ".\n" + "\n".join(lines) + "\n"
    )


if __name__ == "__main__":
    losses()
    training()
