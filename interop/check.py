"""Holds Hourglass's model files against the real Keras and ONNX Runtime, both ways; interop/run calls it.

Ours to theirs: our side writes models in every format with what they compute here; Keras and ONNX Runtime load them and
must compute the same. Theirs to ours: Keras builds the same layers with other weights, in its own ways of putting them
together, saves them, and our side must compute what Keras computed. README.md lists the files that are exchanged.
"""

import argparse
import collections
import functools
import logging
import os
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

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
import optimizers  # noqa: E402

logging.getLogger("absl").setLevel(logging.ERROR)  # that .h5 is legacy is known
warnings.filterwarnings("ignore", message="The structure of `inputs`")

OUTPUT_LIMIT = 1e-5
GRADIENT_LIMIT = 1e-4
VANISHING = 1e-2  # of the largest: gradients below that are rounding, or next to it
RANDOM_MODELS = 50
KERAS_FILES = ["keras", "h5"]


def main():
    arguments = parse()
    print(f"keras {keras.__version__}, tensorflow {tf.__version__}, onnx {onnx.__version__}, ", end="")
    print(f"onnxruntime {onnxruntime.__version__}, seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="hourglass-interop-") as scratch:
        folder = Path(arguments.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        report = Report()
        clock = time.monotonic()

        def took(what):
            nonlocal clock
            print(f"{what}: {time.monotonic() - clock:.0f} s", flush=True)
            clock = time.monotonic()

        our_side(arguments, "write", folder, str(arguments.seed), str(arguments.models))
        cases = [Case(place) for place in sorted(folder.iterdir()) if (place / "kind.txt").exists()]
        took(f"our side wrote {len(cases)} models")
        # TensorFlow has no convolution over channels that come first on a CPU; ONNX Runtime computes these cases.
        computed = [case for case in cases if "channels_first" not in case.name]
        for case in cases:
            with report.errors(case, "our files"):
                case.raise_error_of_our_side()
                if not case.name.startswith("masked_"):  # ONNX's recurrent operators skip no steps
                    check_onnx(case, report)
                if case in computed:
                    check_keras(case, report)
        took("Keras and ONNX Runtime read them")
        answers = []
        for number, case in enumerate(computed):
            with report.errors(case, "writing with Keras"):
                answers.append(Answer(case, number, arguments.seed))
        took("Keras wrote its own")
        our_side(arguments, "read", folder)
        for answer in answers:
            answer.check(report)
        took("our side read them")
        exchanged = folder / "optimizers"
        exchanged.mkdir(exist_ok=True)
        exchange = functools.partial(our_side, arguments, program="OptimizerExchange")
        optimizers.exchange(exchanged, exchange, report)
        took("optimizers went both ways")
    sys.exit(report.show())


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--java", required=True, help="a java of release 25 or newer")
    parser.add_argument("--classpath", required=True, help="of our side")
    parser.add_argument("--seed", type=int, default=20261122, help="of weights, inputs and random models")
    parser.add_argument("--models", type=int, default=RANDOM_MODELS, help="how many random models")
    parser.add_argument("--keep", help="a folder in which the exchanged files stay")
    return parser.parse_args()


def our_side(arguments, *words, program="OurSide"):
    command = [arguments.java, "--add-modules", "jdk.incubator.vector", "-cp", arguments.classpath]
    # The JVM says on each start that the vector module incubates.
    run = subprocess.run(command + [f"dev.hourglass.interop.{program}", *map(str, words)], stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f"interop: our side failed at {words[0]}\n{run.stderr}")


class Report:
    """What was checked, how far apart the two sides were at most, and what failed."""

    def __init__(self):
        self.rows = collections.OrderedDict()
        self.failures = []

    def check(self, case, what, difference, limit):
        row = self.rows.setdefault((what, case.kind), [0, 0.0, "", limit])
        row[0] += 1
        # NaN must not pass.
        if not difference <= row[1]:
            row[1:3] = [difference, case.name]
        if not difference <= limit:
            self.failures.append(f"{case.name}: {what} differs by {difference:.1e}, at most {limit:.0e} is rounding")

    def errors(self, case, what):
        return Errors(self, case, what)

    def show(self):
        print(f"\n{'what':<60}{'models':<9}{'checks':>7}  {'largest':<9}{'limit':<8}in")
        for (what, kind), (count, largest, name, limit) in self.rows.items():
            print(f"{what:<60}{kind:<9}{count:>7}  {largest:<9.1e}{limit:<8.0e}{name}")
        for failure in self.failures:
            print("FAILED", failure)
        checks = sum(row[0] for row in self.rows.values())
        print(f"\n{checks} checks, {len(self.failures)} failed")
        return 1 if self.failures or not checks else 0


class Errors:
    """Turns an exception into a failure of its case, so that the others are checked all the same."""

    def __init__(self, report, case, what):
        self.report, self.case, self.what = report, case, what

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Exception):
            last = str(error).strip().splitlines() or [""]
            self.report.failures.append(f"{self.case.name}: {self.what}: {kind.__name__}: {last[0]}")
            if os.environ.get("INTEROP_TRACES"):
                traceback.print_exc()
            return True
        return False


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

    def trains(self):
        return (self.place / "moments.f32").exists()

    def floats(self, name, shape=(-1,)):
        return floats(self.place / f"{name}.f32", shape)

    def has_decoder(self):
        """Where layers of the encoder are read behind the waist, a code alone is not enough."""
        return (self.place / "decoder.keras").exists()


def floats(file, shape=(-1,)):
    return np.fromfile(file, "<f4").reshape(shape)


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


def check_keras(case, report):
    for extension in KERAS_FILES:

        def load(part):
            return keras.models.load_model(case.place / f"{part}.{extension}")

        model = load("model")
        inputs = case.floats("input", (-1,) + model.input_shape[1:])
        outputs = case.floats("output")
        report.check(case, f"ours in Keras: model.{extension}", output_error(model, inputs, outputs), OUTPUT_LIMIT)
        codes = case.floats("code")
        error = output_error(load("encoder"), inputs, codes)
        report.check(case, f"ours in Keras: encoder.{extension}", error, OUTPUT_LIMIT)
        if case.has_decoder():
            decoder = load("decoder")
            error = output_error(decoder, codes.reshape((-1,) + decoder.input_shape[1:]), outputs)
            report.check(case, f"ours in Keras: decoder.{extension}", error, OUTPUT_LIMIT)
        if case.trains():
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


def check_step(case, report, what, prefix, model, exact=None):
    """After a step on both sides. Where they differ because numbers cancel, `exact` gives the moments in double: then ours
    must be as near to these as Keras's own."""
    found = moments(model)
    expected = case.floats(f"{prefix}moments")
    error = moments_error(expected, found, model)
    if error > GRADIENT_LIMIT and exact is not None:
        truth = exact()
        ours, theirs = moments_error(truth, expected, model), moments_error(truth, found, model)
        print(f"{case.name}: {what}: in float32 ours is off by {ours:.1e}, Keras's by {theirs:.1e}", flush=True)
        error = ours if ours > theirs else 0.0
    report.check(case, what, error, GRADIENT_LIMIT)
    error = weights_error(case.floats(f"{prefix}weights"), weights(model), expected, model)
    report.check(case, f"{what}: weights", error, OUTPUT_LIMIT)


def train(model, inputs):
    """One step; a model from a file that has its optimizer goes on with it."""
    if not model.compiled:
        model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mean_squared_error")
    model.run_eagerly = True  # tracing a graph takes longer than the one step
    model.train_on_batch(inputs, inputs)


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


def by_variable(values, model):
    sizes = [int(np.prod(variable.shape)) for variable in model.trainable_variables]
    return np.split(values, np.cumsum(sizes)[:-1])


def moments_error(expected, found, model):
    """Of each variable's largest moment. Where that is nothing beside the largest of all, as in a bias before a batch
    normalisation, whose gradient is 0 but for rounding, of a fifth of the largest of all: Keras's float32 leaves 1e-5 of
    it there. Second moments are squares: their roots are compared."""
    if expected.shape != found.shape:
        raise ValueError(f"{found.size} moments, expected {expected.size}")
    error = 0.0
    firsts, seconds = zip(np.split(expected, 2), np.split(found, 2))
    for a, b in [firsts, np.sqrt(seconds)]:
        largest = max(np.abs(a).max(), 1e-12)
        for of_a, of_b in zip(by_variable(a, model), by_variable(b, model)):
            own = np.abs(of_a).max()
            error = max(error, float(np.abs(of_a - of_b).max() / (own if own > VANISHING * largest else 0.2 * largest)))
    return error


def weights_error(expected, found, moments, model):
    """Where the gradient counts. Adam divides by its size, so where it is nothing, rounding decides which way a weight
    goes, by the whole learning rate."""
    if expected.shape != found.shape:
        raise ValueError(f"{found.size} weights, expected {expected.size}")
    roots = by_variable(np.sqrt(np.split(moments, 2)[1]), model)
    largest = max(root.max() for root in roots)
    counts = [root > VANISHING * (root.max() if root.max() > VANISHING * largest else np.inf) for root in roots]
    counts = np.concatenate(counts)
    return relative(expected[counts], found[counts])


def output_error(model, inputs, expected):
    return relative(expected, np.ravel(model(inputs, training=False)))


def relative(expected, found):
    """The largest difference; relative to the largest number where that is above 1. Of nothing it is 0."""
    if expected.size == found.size == 0:
        return 0.0
    return float(np.abs(expected - found).max() / max(1.0, np.abs(expected).max()))


# Theirs to ours -------------------------------------------------------------------------------------------------------


class Answer:
    """The layers of a case as Keras puts them together, with other weights, saved by Keras."""

    STYLES = ["sequential", "functional", "nested"]

    def __init__(self, case, number, seed):
        self.case = case
        self.place = case.place / "from-keras"
        self.place.mkdir(exist_ok=True)
        generator = np.random.default_rng([seed, number])
        keras.utils.set_random_seed(seed + number)
        self.model = rebuild(case, self.STYLES[number % len(self.STYLES)])
        # Near the others, so that outputs keep their size and variances stay above 0.
        self.model.set_weights([w * generator.uniform(0.5, 1.5, w.shape) for w in self.model.get_weights()])
        inputs = generator.uniform(-1, 1, (4,) + self.model.input_shape[1:]).astype("float32")
        inputs.tofile(self.place / "input.f32")
        self.save("model")
        self.output = np.ravel(self.model(inputs, training=False))
        # Keras before 3 means another function by the first name, which our side computes and Keras 3 does not; masks
        # stood in none of its graphs.
        config = self.model.to_json()
        self.is_keras2s = '"hard_sigmoid"' not in config and '"NotEqual"' not in config
        if self.is_keras2s:
            keras2.rewrite(self.place / "model.h5", self.place / "keras2.h5")
            self.require_keras_reads("keras2.h5", inputs)
        self.moments, self.weights = [], []
        if case.trains():
            (self.place / "trains.txt").touch()
            self.step(inputs)
            self.save("stepped")
            self.stepped_output = np.ravel(self.model(inputs, training=False))
            self.step(inputs)

    def step(self, inputs):
        train(self.model, inputs)
        self.moments.append(moments(self.model))
        self.weights.append(weights(self.model))

    def save(self, name):
        for extension in KERAS_FILES:
            self.model.save(self.place / f"{name}.{extension}")

    def require_keras_reads(self, file, inputs):
        """What we rewrote must be what Keras takes for its own; but Keras 3 takes no TimeDistributed of Keras 2."""
        if any(isinstance(layer, keras.layers.TimeDistributed) for layer in layers_of(self.model)):
            return
        error = output_error(keras.models.load_model(self.place / file), inputs, self.output)
        if not error <= OUTPUT_LIMIT:
            raise ValueError(f"{file} gives another output in Keras itself, by {error:.1e}")

    def check(self, report):
        if self.is_keras2s:
            self.check_file(report, "keras2.h5", self.output, 0)
        for extension in KERAS_FILES:
            self.check_file(report, f"model.{extension}", self.output, 0)
            if self.moments:
                self.check_file(report, f"stepped.{extension}", self.stepped_output, 1)

    def check_file(self, report, file, output, step):
        with report.errors(self.case, f"Keras's {file} read by our side"):
            error = self.place / f"{file}.error.txt"
            if error.exists():
                raise ValueError(error.read_text())
            found = floats(self.place / f"{file}.output.f32")
            report.check(self.case, f"Keras's in ours: {file}", relative(output, found), OUTPUT_LIMIT)
            if self.moments:
                found = floats(self.place / f"{file}.moments.f32")
                what = f"Keras's in ours: {'next step' if step else 'gradients'}, {file}"
                difference = moments_error(self.moments[step], found, self.model)
                report.check(self.case, what, difference, GRADIENT_LIMIT)
                found = floats(self.place / f"{file}.weights.f32")
                difference = weights_error(self.weights[step], found, self.moments[step], self.model)
                report.check(self.case, f"{what}: weights", difference, OUTPUT_LIMIT)


def rebuild(case, style):
    """Fresh layers with the settings of ours."""
    model = keras.models.load_model(case.place / "model.keras", compile=False)
    if case.kind == "graph":
        return keras.models.clone_model(model)
    waist = len(list(layers_of(keras.models.load_model(case.place / "encoder.keras", compile=False))))
    layers = [type(layer).from_config(layer.get_config()) for layer in layers_of(model)]
    shape = model.input_shape[1:]
    if style == "sequential":
        return keras.Sequential([keras.Input(shape), *layers], name=case.name)
    if style == "functional":
        return functional(case.name, shape, layers)
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


if __name__ == "__main__":
    main()
