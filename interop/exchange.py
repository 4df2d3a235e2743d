"""One model between our side and Keras and ONNX Runtime; check.py calls it, in processes of its own.

What our side wrote is read and must compute what our side computed. Then Keras builds the same layers with other weights,
in its own ways of putting them together, and saves them for our side, with what it computed.
"""

import gc
import logging
import os
import warnings

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import tensorflow as tf  # noqa: E402

import keras2  # noqa: E402
from answers import KERAS_FILES, Answer  # noqa: E402
from differences import GRADIENT_LIMIT, OUTPUT_LIMIT, floats, moments_error, relative, weights_error  # noqa: E402
from report import Report  # noqa: E402

logging.getLogger("absl").setLevel(logging.ERROR)  # that .h5 is legacy is known
warnings.filterwarnings("ignore", message="The structure of `inputs`")
tf.config.threading.set_intra_op_parallelism_threads(1)  # each process has a core
tf.config.threading.set_inter_op_parallelism_threads(1)
gc.freeze()  # what was imported stays, and is looked through no more


class Case:
    """A model that our side has written."""

    def __init__(self, place):
        self.place = place
        self.name = place.name
        self.kind = (place / "kind.txt").read_text()

    def raise_error_of_our_side(self):
        error = self.place / "error.txt"
        if error.exists():
            raise ValueError(error.read_text())

    def is_computed_by_keras(self):
        """TensorFlow has no convolution over channels that come first on a CPU; ONNX Runtime computes these cases."""
        return not (self.place / "channels-first.txt").exists()

    def is_in_onnx(self):
        """Where it has a word for the layers; what our side then fails to write is an error of its own."""
        return (self.place / "model.onnx").exists()

    def has_several_outputs(self):
        return (self.place / "several.keras").exists()

    def trains(self):
        return (self.place / "moments.f32").exists()

    def floats(self, name, shape=(-1,)):
        return floats(self.place / f"{name}.f32", shape)

    def has_decoder(self):
        """Where layers of the encoder are read behind the waist, a code alone is not enough."""
        return (self.place / "decoder.keras").exists()


def exchange(place, number, seed):
    """What was checked of a case, and what our side must compute of Keras's files; None where there are none."""
    case, report, answer = Case(place), Report(), None
    turn = number + seed  # so that another seed checks in one format what this one checks in the other
    with report.errors(case, "our files"):
        case.raise_error_of_our_side()
        if case.is_in_onnx():
            check_onnx(case, report)
        if case.is_computed_by_keras():
            check_keras(case, turn, report)
    if case.is_computed_by_keras():
        with report.errors(case, "writing with Keras"):
            answer = write_answer(case, number, turn, seed)
    keras.backend.clear_session(free_memory=False)
    return report, answer


# Ours to theirs -------------------------------------------------------------------------------------------------------


def check_onnx(case, report):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    for part, given, wanted in [
        ("model", "input", "output"),
        ("encoder", "input", "code"),
        ("decoder", "code", "output"),
    ]:
        if part == "decoder" and not case.has_decoder():
            continue
        file = str(case.place / f"{part}.onnx")
        onnx.checker.check_model(file, full_check=True)
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        name, shape = session.get_inputs()[0].name, session.get_inputs()[0].shape
        inputs = case.floats(given, [-1] + shape[1:])
        outputs = case.floats(wanted, (len(inputs), -1))
        for samples in [1, len(inputs)]:
            found = session.run(None, {name: inputs[:samples]})[0].reshape(samples, -1)
            report.check(case, f"ours in ONNX Runtime: {part}.onnx", relative(outputs[:samples], found), OUTPUT_LIMIT)


def check_keras(case, turn, report):
    """The model in both formats; its halves and a step of training in one of them, in turns from case to case."""
    for extension in KERAS_FILES:

        def load(part):
            return keras.models.load_model(case.place / f"{part}.{extension}")

        is_turn = KERAS_FILES[turn % 2] == extension
        model = load("model")
        inputs = case.floats("input", (-1,) + model.input_shape[1:])
        outputs = case.floats("output")
        report.check(case, f"ours in Keras: model.{extension}", output_error(model, inputs, outputs), OUTPUT_LIMIT)
        if case.has_several_outputs():
            check_several(case, report, extension)
        codes = case.floats("code")
        if is_turn:
            error = output_error(load("encoder"), inputs, codes)
            report.check(case, f"ours in Keras: encoder.{extension}", error, OUTPUT_LIMIT)
        elif case.has_decoder():
            decoder = load("decoder")
            error = output_error(decoder, codes.reshape((-1,) + decoder.input_shape[1:]), outputs)
            report.check(case, f"ours in Keras: decoder.{extension}", error, OUTPUT_LIMIT)
        if case.trains() and is_turn:
            start = model.get_weights()
            train(model, inputs)
            what = f"ours in Keras: gradients, model.{extension}"
            check_step(case, report, what, "", model, lambda: first_moments(model, start, inputs))
        # Keras 3 does not take up the optimizer of an .h5, not even of its own: it builds it for no variables.
        if case.trains() and extension == "keras":
            stepped = load("stepped")
            if int(stepped.optimizer.iterations) != 1:
                raise ValueError(f"stepped.{extension} has the optimizer at step {int(stepped.optimizer.iterations)}")
            train(stepped, inputs)
            check_step(case, report, f"ours in Keras: next step, stepped.{extension}", "stepped-", stepped)


def check_several(case, report, extension):
    model = keras.models.load_model(case.place / f"several.{extension}")
    inputs = case.floats("input", (-1,) + model.input_shape[1:])
    for k, found in enumerate(model(inputs, training=False)):
        error = relative(case.floats(f"several-{k}"), np.ravel(found))
        report.check(case, f"ours in Keras: each output of several.{extension}", error, OUTPUT_LIMIT)


def check_step(case, report, what, prefix, model, exact=None):
    """After a step on both sides. Where they differ because numbers cancel, `exact` gives the moments in double: then ours
    must be as near to these as Keras's own."""
    found = moments(model)
    expected = case.floats(f"{prefix}moments")
    error = moments_error(expected, found, sizes(model))
    if error > GRADIENT_LIMIT and exact is not None:
        truth = exact()
        ours, theirs = moments_error(truth, expected, sizes(model)), moments_error(truth, found, sizes(model))
        print(f"{case.name}: {what}: in float32 ours is off by {ours:.1e}, Keras's by {theirs:.1e}", flush=True)
        error = ours if ours > theirs else 0.0
    report.check(case, what, error, GRADIENT_LIMIT)
    error = weights_error(case.floats(f"{prefix}weights"), weights(model), expected, sizes(model))
    report.check(case, f"{what}: weights", error, OUTPUT_LIMIT)


def train(model, inputs):
    """One step; a model from a file that has its optimizer goes on with it. As Model.train_step does it: to go through
    fit's graphs, strategies and metrics takes longer than the one step."""
    if not model.compiled:
        model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mean_squared_error")
    with tf.GradientTape() as tape:
        outputs = model(inputs, training=True)
        loss = model.compute_loss(x=inputs, y=inputs, y_pred=outputs, training=True)
    model.optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)


def first_moments(model, start, inputs):
    """Those of Adam after a first step from some weights, computed in double."""
    double = type(model).from_config(in_double(model.get_config()))
    double.set_weights(start)
    inputs = tf.constant(inputs, tf.float64)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(double(inputs, training=True) - inputs))
    gradients = [np.ravel(gradient) for gradient in tape.gradient(loss, double.trainable_variables)]
    optimizer = model.optimizer
    firsts = [(1 - optimizer.beta_1) * gradient for gradient in gradients]
    return np.concatenate(firsts + [(1 - optimizer.beta_2) * gradient**2 for gradient in gradients])


def in_double(config):
    """A configuration with float64 for float32, however deep it stands."""
    if isinstance(config, dict):
        return {key: in_double(value) for key, value in config.items()}
    if isinstance(config, (list, tuple)):
        return type(config)(in_double(value) for value in config)
    return "float64" if config == "float32" else config


def moments(model):
    """Adam's first moments of all variables in order, then its second moments."""
    firsts, seconds = [], []
    for variable in model.trainable_variables:
        index = model.optimizer._get_variable_index(variable)
        firsts.append(np.ravel(model.optimizer._momentums[index]))
        seconds.append(np.ravel(model.optimizer._velocities[index]))
    return np.concatenate(firsts + seconds)


def weights(model):
    """All variables that are trained, in order."""
    return np.concatenate([np.ravel(variable) for variable in model.trainable_variables])


def sizes(model):
    return [int(np.prod(variable.shape)) for variable in model.trainable_variables]


def output_error(model, inputs, expected):
    return relative(expected, np.ravel(model(inputs, training=False)))


# Theirs to ours -------------------------------------------------------------------------------------------------------


STYLES = ["sequential", "functional", "nested"]


def write_answer(case, number, turn, seed):
    """The layers of a case as Keras puts them together, with other weights, saved by Keras."""
    place = case.place / "from-keras"
    place.mkdir(exist_ok=True)
    generator = np.random.default_rng([seed, number])
    keras.utils.set_random_seed(seed + number)
    model = rebuild(case, STYLES[turn % len(STYLES)])
    randomized(model, generator)
    answer = Answer(case, sizes(model))
    inputs = generator.uniform(-1, 1, (4,) + model.input_shape[1:]).astype("float32")
    if has_masks(model):
        inputs = case.floats("input", inputs.shape)  # some of whose steps are masked
    inputs.tofile(place / "input.f32")
    save(model, place, "model")
    answer.outputs.append(np.ravel(model(inputs, training=False)))
    # Keras before 3 means another function by the first name, which our side computes and Keras 3 does not; masks
    # stood in none of its graphs.
    answer.has_keras2 = '"hard_sigmoid"' not in model.to_json() and not has_masks(model)
    if answer.has_keras2:
        keras2.rewrite(place / "model.h5", place / "keras2.h5")
        if turn % 4 == 0:
            require_keras_reads(place / "keras2.h5", model, inputs, answer.outputs[0])
    if case.has_several_outputs():
        several = randomized(keras.models.load_model(case.place / "several.keras", compile=False), generator)
        save(several, place, "several")
        answer.several = [np.ravel(output) for output in several(inputs, training=False)]
    if case.trains():
        (place / "trains.txt").touch()
        for step in range(2):
            train(model, inputs)
            answer.moments.append(moments(model))
            answer.weights.append(weights(model))
            if step == 0:
                save(model, place, "stepped")
                answer.outputs.append(np.ravel(model(inputs, training=False)))
    return answer


def randomized(model, generator):
    """With weights near its own, so that outputs keep their size and variances stay above 0; biases differ from 0, too."""

    def drawn(w):
        return np.where(w == 0, generator.uniform(-0.1, 0.1, w.shape), w * generator.uniform(0.5, 1.5, w.shape))

    model.set_weights([drawn(w) for w in model.get_weights()])
    return model


def has_masks(model):
    return '"Masking"' in model.to_json() or '"mask_zero": true' in model.to_json()


def save(model, place, name):
    for extension in KERAS_FILES:
        model.save(place / f"{name}.{extension}")


def require_keras_reads(file, model, inputs, output):
    """What we rewrote must be what Keras takes for its own, where Keras 3 takes these layers of Keras 2 at all."""
    if any(isinstance(layer, REFUSED_OF_KERAS_2) or takes_states(layer) for layer in layers_of(model)):
        return
    error = output_error(keras.models.load_model(file), inputs, output)
    if not error <= OUTPUT_LIMIT:
        raise ValueError(f"{file.name} gives another output in Keras itself, by {error:.1e}")


# Keras 3 calls these without what it reads from a file of Keras 2, whose own layers they are all the same.
REFUSED_OF_KERAS_2 = (keras.layers.TimeDistributed, keras.layers.MultiHeadAttention, keras.layers.Attention)


def takes_states(layer):
    return isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional)) and any(
        len(node.input_tensors) > 1 for node in layer._inbound_nodes
    )


def rebuild(case, style):
    """Fresh layers with the settings of ours."""
    model = keras.models.load_model(case.place / "model.keras", compile=False)
    if case.kind in ["graph", "network"]:
        copy = keras.models.clone_model(model)
        return functional(case.name, model.input_shape[1:], [copy]) if style == "nested" else copy
    layers = [type(layer).from_config(layer.get_config()) for layer in layers_of(model)]
    shape = model.input_shape[1:]
    if style == "sequential":
        return keras.Sequential([keras.Input(shape), *layers], name=case.name)
    if style == "functional":
        return functional(case.name, shape, layers)
    waist = len(list(layers_of(keras.models.load_model(case.place / "encoder.keras", compile=False))))
    encoder = functional("the_encoder", shape, layers[:waist])
    decoder = functional("the_decoder", encoder.output_shape[1:], layers[waist:])
    return functional(case.name, shape, [encoder, decoder])


def functional(name, shape, layers):
    inputs = keras.Input(shape)
    value = inputs
    for layer in layers:
        value = layer(value)
    return keras.Model(inputs, value, name=name)


def layers_of(model):
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer
