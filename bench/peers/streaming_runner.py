"""A stream scored row by row, by ours and by Keras with a call for each row's window; bench/streaming calls it.

Each is a process on the same processor. It says one JSON line when it is warm, {"about", "check"}, where the check is the sum
of the first 20 scores, then answers a line with a number of rows by {"seconds"}. A turn is some seconds of each.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

STEPS = 50
CHANNELS = 6
CHECKED = 20
WARM_UP_SECONDS = 3
CALLS = {
    "predict": "Keras model.predict",
    "predict_on_batch": "Keras model.predict_on_batch",
    "call": "Keras model(x)",
    "function": "Keras in a tf.function",
    "xla": "the same, jit_compile",
}


def call_of(kind, model):
    import tensorflow as tf

    if kind == "predict":
        return lambda window: model.predict(window, batch_size=1, verbose=0)
    if kind == "predict_on_batch":
        return model.predict_on_batch
    if kind == "call":
        return lambda window: model(window, training=False).numpy()
    signature = [tf.TensorSpec((1, STEPS, CHANNELS), tf.float32)]
    compiled = tf.function(lambda x: model(x, training=False), input_signature=signature, jit_compile=kind == "xla")
    return lambda window: compiled(window).numpy()


class Stream:
    """The last window, moved along by a row each time."""

    def __init__(self, call):
        self.call = call
        self.time = 0
        self.window = np.zeros((1, STEPS, CHANNELS), np.float32)

    def scores(self, rows):
        total = 0.0
        for _ in range(rows):
            self.window[0, :-1] = self.window[0, 1:]
            self.window[0, -1] = np.sin(self.time * 0.07 * np.arange(1, CHANNELS + 1))
            self.time += 1
            if self.time >= STEPS:
                error = self.call(self.window)[0, -1] - self.window[0, -1]
                total += float(np.mean(error * error))
        return total


def serve(kind, file):
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    stream = Stream(call_of(kind, keras.models.load_model(file)))
    check = stream.scores(STEPS - 1 + CHECKED)
    start = time.perf_counter()
    while time.perf_counter() - start < WARM_UP_SECONDS:
        stream.scores(5)
    channel.write(json.dumps({"about": CALLS[kind], "check": check}) + "\n")
    for line in sys.stdin:
        start = time.perf_counter()
        stream.scores(int(line))
        channel.write(json.dumps({"seconds": time.perf_counter() - start}) + "\n")


class Scorer:
    def __init__(self, name, command, core):
        pin = ["taskset", "-c", str(core)] if sys.platform == "linux" else []
        self.name = name
        self.process = subprocess.Popen(pin + command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = self.answer()
        self.about, self.check = ready["about"], ready["check"]
        self.rows = 1
        self.rates = []

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench/streaming: {self.name} ended")
        return json.loads(line)

    def run(self):
        self.process.stdin.write(f"{self.rows}\n")
        self.process.stdin.flush()
        return self.answer()["seconds"]

    def settle(self, seconds):
        """Finds how many rows a turn of so many seconds has."""
        while (took := self.run()) < seconds / 4:
            self.rows *= 2
        self.rows = max(1, round(self.rows * seconds / took))

    def turn(self):
        self.rates.append(self.rows / self.run())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], sys.argv[3])
        return
    parser = argparse.ArgumentParser(
        prog="bench/streaming", description="Rows of a stream scored a second, by ours and by Keras, in turns on one processor."
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each turn (default: 2)")
    parser.add_argument("--calls", default=",".join(CALLS), help=f"of Keras (default: {','.join(CALLS)})")
    parser.add_argument("--java", help=argparse.SUPPRESS)
    parser.add_argument("--classpath", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    calls = arguments.calls.split(",")
    if set(calls) - set(CALLS):
        sys.exit(f"bench/streaming: expected calls out of {', '.join(CALLS)}, got {arguments.calls}")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > 0.5:
        print(f"Other work is running (load {load:.1f}): take the ratios for what they are.", file=sys.stderr)
    core = max(os.sched_getaffinity(0)) if sys.platform == "linux" else 0
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "lstm.keras")
        java = [arguments.java, "--add-modules", "jdk.incubator.vector", "-cp", arguments.classpath]
        scorers = [Scorer("ours", java + ["dev.hourglass.bench.StreamingRun", file], core)]
        for call in calls:
            scorers.append(Scorer(call, [sys.executable, __file__, "--serve", call, file], core))
    ours = scorers[0]
    for each in scorers:
        if abs(each.check / ours.check - 1) > 1e-4:
            sys.exit(f"bench/streaming: {each.about} has other scores: {each.check}, ours {ours.check}")
        each.settle(arguments.seconds)
    for turn in range(arguments.rounds):
        for each in scorers if turn % 2 == 0 else scorers[::-1]:
            each.turn()
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(f"LSTM of {STEPS} steps, {CHANNELS} channels, one processor; the first {CHECKED} scores agree to 1e-4")
    print(f"{'':<32} {'rows/s':>8} {'best':>8}   faster by (lowest-highest)")
    for each in scorers:
        ratios = sorted(a / b for a, b in zip(ours.rates, each.rates))
        beside = "" if each is ours else f"{statistics.median(ratios):.1f} ({ratios[0]:.1f}-{ratios[-1]:.1f})"
        print(f"{each.about:<32} {statistics.median(each.rates):8,.0f} {max(each.rates):8,.0f}   {beside}", flush=True)
        each.close()


if __name__ == "__main__":
    main()
