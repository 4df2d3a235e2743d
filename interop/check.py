"""Holds Hourglass's model files against the real Keras and ONNX Runtime, both ways; interop/run calls it.

Ours to theirs: our side writes models in every format with what they compute here; Keras and ONNX Runtime load them and
must compute the same. Theirs to ours: Keras builds the same layers with other weights, in its own ways of putting them
together, saves them, and our side must compute what Keras computed. README.md lists the files that are exchanged.
"""

import argparse
import concurrent.futures
import importlib.metadata
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import Report

RANDOM_MODELS = 30


def main():
    arguments = parse()
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ["keras", "onnx", "onnxruntime"]]
    print(", ".join(versions), f"seed {arguments.seed}, {arguments.jobs} processes", sep=", ", flush=True)
    with tempfile.TemporaryDirectory(prefix="hourglass-interop-") as scratch, processes(arguments.jobs) as workers:
        folder = Path(arguments.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "optimizers").mkdir(exist_ok=True)
        report, stages = Report(), Stages()
        our_side(arguments, "write", folder, str(arguments.seed), str(arguments.models))
        places = sorted(place for place in folder.iterdir() if (place / "kind.txt").exists())
        stages.ended(f"our side wrote {len(places)} models")
        answers = exchanged(workers, places, arguments.seed, report)
        trained = optimizers_exchanged(workers, folder / "optimizers", report)
        stages.ended("Keras and ONNX Runtime read them, and Keras wrote its own")
        our_side(arguments, "read", folder)
        for answer in answers + trained:
            answer.check(report)
        stages.ended("our side read them")
    sys.exit(report.show())


def processes(count):
    """Fresh ones, since TensorFlow's threads outlive no fork."""
    return concurrent.futures.ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))


def exchanged(workers, places, seed, report):
    tasks = [workers.submit(exchange_case, place, number, seed) for number, place in enumerate(places)]
    return gathered(tasks, report)


def optimizers_exchanged(workers, folder, report):
    files = sorted(folder.glob("case-*.txt"))
    return gathered([workers.submit(exchange_optimizer, file) for file in files], report)


def gathered(tasks, report):
    """What our side must compute; what was checked is added to the report."""
    answers = []
    for task in tasks:
        checked, answer = task.result()
        report.add(checked)
        if answer is not None:
            answers.append(answer)
    return answers


def exchange_case(place, number, seed):
    import exchange  # by the other processes alone: TensorFlow takes seconds

    return exchange.exchange(place, number, seed)


def exchange_optimizer(file):
    import optimizers

    return optimizers.exchange(file)


class Stages:
    """Says how long each took."""

    def __init__(self):
        self.start = time.monotonic()

    def ended(self, what):
        print(f"{what}: {time.monotonic() - self.start:.0f} s", flush=True)
        self.start = time.monotonic()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--java", required=True, help="a java of release 25 or newer")
    parser.add_argument("--classpath", required=True, help="of our side")
    parser.add_argument("--seed", type=int, default=20261122, help="of weights, inputs and random models")
    parser.add_argument("--models", type=int, default=RANDOM_MODELS, help="how many random models")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many processes Keras runs in")
    parser.add_argument("--keep", help="a folder in which the exchanged files stay")
    return parser.parse_args()


def our_side(arguments, *words):
    command = [arguments.java, "--add-modules", "jdk.incubator.vector", "-cp", arguments.classpath]
    # The JVM says on each start that the vector module incubates.
    run = subprocess.run(command + ["dev.hourglass.interop.OurSide", *map(str, words)], stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f"interop: our side failed at {words[0]}\n{run.stderr}")


if __name__ == "__main__":
    main()
