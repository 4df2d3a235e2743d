"""What every Python runner shares: the data, and the conversation with side_by_side.py.

A runner is a process that keeps its model and does training steps when told to, so that several can take turns on one
machine. It says one JSON line when it is ready, then answers each line of its input with one:

    run 20      {"ms": [38.1, 37.9, ...], "loss": 0.0123}     milliseconds of each step, loss of the last
    quit        (ends)

Between turns it blocks on its input. What libraries print goes to standard error.
"""

import json
import os
import struct
import sys
import time
from pathlib import Path

import numpy as np

BATCH = 256


def claim_stdout():
    """The conversation's channel; from here on print() and C libraries write to standard error."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return channel


def load_images(folder):
    """MNIST's training images [60000, 28, 28], float32 in 0..1."""
    with open(Path(folder) / "train-images-idx3-ubyte", "rb") as file:
        magic, count, rows, columns = struct.unpack(">4i", file.read(16))
        if (magic, rows, columns) != (2051, 28, 28):
            sys.exit(f"{file.name}: expected magic 2051 and 28x28, got magic {magic} and {rows}x{columns}")
        pixels = np.frombuffer(file.read(), np.uint8).reshape(count, rows, columns)
    return pixels.astype(np.float32) * np.float32(1 / 255)


class Batches:
    """Endless shuffled indices: every step gathers its batch, as in a real epoch."""

    def __init__(self, count):
        self.generator = np.random.default_rng(42)
        self.count = count
        self.order = np.empty(0, np.int64)

    def next(self):
        if len(self.order) < BATCH:
            self.order = self.generator.permutation(self.count)
        indices, self.order = self.order[:BATCH], self.order[BATCH:]
        return indices


def time_steps(step):
    """Makes a `run(steps)` from a step that returns its loss, each timed by itself."""

    def run(steps):
        times, loss = [], None
        for _ in range(steps):
            start = time.perf_counter()
            loss = float(step())
            times.append((time.perf_counter() - start) * 1e3)
        return times, loss

    return run


def serve(channel, run, about):
    """Warms up, says what is running, then answers until the input ends."""
    start = time.perf_counter()
    run(3)
    about["warmupSeconds"] = time.perf_counter() - start
    times, _ = run(8)
    about["estimateMs"] = float(np.median(times))
    channel.write(json.dumps(about) + "\n")
    for line in sys.stdin:
        words = line.split()
        if words[:1] == ["quit"]:
            break
        if len(words) != 2 or words[0] != "run" or not words[1].isdigit():
            sys.exit(f"expected 'run N' or 'quit', got {line!r}")
        times, loss = run(int(words[1]))
        channel.write(json.dumps({"ms": times, "loss": loss}) + "\n")
