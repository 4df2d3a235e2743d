"""What every Python runner shares: the data, and the conversation with side_by_side.

A runner is a process that keeps its model and uses it when told to, so that several can take turns on one machine. It
says one JSON line when it is ready, then answers each line of its input with one:

    run 20      {"ms": [38.1, 37.9, ...], "value": 0.0123}    milliseconds of each run, a number the last one gave
    quit        (ends)

What a run is depends on the task: a training step (train), 10,000 samples rebuilt in batches of 32 (throughput), or a
single sample rebuilt (latency). Between turns it blocks on its input. What libraries print goes to standard error.
"""

import json
import os
import struct
import sys
import time
from pathlib import Path

import numpy as np

TRAINING_BATCH = {"mnist-cnn": 256, "mnist-lstm": 256, "cifar10-cnn": 32, "sequence-lstm": 32, "relu-lstm": 32, "gru": 32, "bidirectional-lstm": 32, "conv1d": 32, "mnist-vae": 32, "cifar10-unet": 32, "cifar10-residual": 32}
MANY = 10_000
CALL = 32
MADE_UP_SAMPLES = 10_000
WARM_UP_SECONDS = 2


def claim_stdout():
    """The conversation's channel; from here on print() and C libraries write to standard error."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return channel


def load_samples(model, folder):
    """What a model is timed on, float32: images [samples, height, width, channels] or sequences [samples, steps, features]."""
    if model in ("mnist-cnn", "mnist-vae"):
        return load_images(folder)[..., np.newaxis]
    if model == "mnist-lstm":
        return load_images(folder)
    if model.startswith("cifar10-"):
        return made_up((32, 32, 3), 1 / 255, 0)
    return made_up((288, 1) if model == "conv1d" else (50, 10), 2 / 255, -1)


def load_images(folder):
    """MNIST's training images [60000, 28, 28], float32 in 0..1."""
    with open(Path(folder) / "train-images-idx3-ubyte", "rb") as file:
        magic, count, rows, columns = struct.unpack(">4i", file.read(16))
        if (magic, rows, columns) != (2051, 28, 28):
            sys.exit(f"{file.name}: expected magic 2051 and 28x28, got magic {magic} and {rows}x{columns}")
        pixels = np.frombuffer(file.read(), np.uint8).reshape(count, rows, columns)
    samples = pixels.astype(np.float32)
    samples *= np.float32(1 / 255)  # in place: a second copy would count as this peer's memory
    return samples


def made_up(shape, scale, offset):
    """Waves whose pitch and phase differ from sample to sample, as Workload.java makes them."""
    samples = np.empty((MADE_UP_SAMPLES, *shape), np.float32)
    places = np.arange(np.prod(shape))
    for sample in range(MADE_UP_SAMPLES):
        wave = np.sin(0.37 * sample + 0.011 * (1 + sample % 7) * places)
        samples[sample] = np.floor(127.5 + 127.5 * wave).reshape(shape) * scale + offset
    return samples


class Batches:
    """Endless shuffled indices: every step gathers its batch, as in a real epoch."""

    def __init__(self, count, batch):
        self.generator = np.random.default_rng(42)
        self.count = count
        self.batch = batch
        self.order = np.empty(0, np.int64)

    def next(self):
        if len(self.order) < self.batch:
            self.order = self.generator.permutation(self.count)
        indices, self.order = self.order[: self.batch], self.order[self.batch :]
        return indices


def time_runs(work):
    """Makes a `run(times)` from something that returns a number, each timed by itself."""

    def run(times):
        millis, value = [], None
        for _ in range(times):
            start = time.perf_counter()
            value = float(work())
            millis.append((time.perf_counter() - start) * 1e3)
        return millis, value

    return run


def serve(channel, run, about):
    """Warms up, says what is running, then answers until the input ends."""
    start = time.perf_counter()
    times, _ = run(1)
    while time.perf_counter() - start < WARM_UP_SECONDS:
        times, _ = run(1)
    about["warmupSeconds"] = time.perf_counter() - start
    if times[0] < 200:
        times, _ = run(8)
    about["estimateMs"] = float(np.median(times))
    channel.write(json.dumps(about) + "\n")
    for line in sys.stdin:
        words = line.split()
        if words[:1] == ["quit"]:
            break
        if len(words) != 2 or words[0] != "run" or not words[1].isdigit():
            sys.exit(f"expected 'run N' or 'quit', got {line!r}")
        times, value = run(int(words[1]))
        channel.write(json.dumps({"ms": times, "value": value}) + "\n")
