"""Runs the four models here and in the peers, in turns, and writes what came out.

Started by bench/side-by-side, which prepares what this needs. README.md says how to read the result.
"""

import argparse
import datetime
import os
import platform
import sys
import time
from pathlib import Path

from measuring import Clock, measure, measure_roof, measure_warm_up, say
from reporting import report, table_of
from runners import BEFORE, BENCH, LOGS, MODELS, NAMED_MODELS, OURS, PEERS, RIVALS, TASKS, RunnerFailed, survey_settings

# How the time is shared out: a training step has three peers, a single sample takes no time.
SHARES = {"train": 6, "throughput": 4, "latency": 1}
WARM_UP_MODELS = ("mnist-cnn", "mnist-lstm")
QUICK_PEERS = ("torch", "keras-tf")
LEFT_OUT = ("Keras on JAX unless --peers names it", "the warm-up epochs", "the peak kernel but for mnist-lstm")


def names(known):
    def parse(text):
        chosen = tuple(text.split(","))
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"expected some of {','.join(known)}, got {unknown[0]!r}")
        return chosen

    return parse


def at_least_one(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number >= 1, got {text!r}")
    return int(text)


def built_checkout(text):
    if not (Path(text) / "bench/target/benchmarks.jar").is_file():
        raise argparse.ArgumentTypeError(f"{text} has no bench/target/benchmarks.jar; build it there: mvn -DskipTests package")
    return Path(text)


def data_folder():
    """Where `hourglass data fetch mnist` puts the files."""
    home = os.environ.get("HOURGLASS_HOME")
    if not home:
        xdg = os.environ.get("XDG_CACHE_HOME", "")
        mac = platform.system() == "Darwin"
        cache = Path(xdg) if os.path.isabs(xdg) else Path.home() / ("Library/Caches" if mac else ".cache")
        home = cache / "hourglass"
    return Path(home) / "datasets/mnist"


def parse_options(arguments):
    parser = argparse.ArgumentParser(prog="bench/side-by-side", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="short rounds, at most 5 minutes; prints, writes no report")
    parser.add_argument("--rounds", type=at_least_one, help="turns that everyone gets (default 9; 3 with --quick)")
    parser.add_argument(
        "--models",
        type=names(MODELS + NAMED_MODELS),
        default=MODELS,
        help=f"some of {','.join(MODELS)} (default all), or {','.join(NAMED_MODELS)} (training alone)",
    )
    parser.add_argument("--tasks", type=names(TASKS), default=TASKS, help=f"some of {','.join(TASKS)} (default all)")
    parser.add_argument("--peers", type=names(PEERS), default=None, help=f"some of {','.join(PEERS)} (default all)")
    parser.add_argument(
        "--before", type=built_checkout, help="another checkout, built: takes turns with this one, without peers unless named"
    )
    parser.add_argument("--threads", type=at_least_one, default=2, help="for each runner (default 2)")
    parser.add_argument("--data", type=Path, default=data_folder(), help="folder with train-images-idx3-ubyte")
    parser.add_argument("--report", type=Path, help="where to write (default docs/perf/DATE.md)")
    parser.add_argument("--survey", action="store_true", help="measure the peers' settings against each other instead")
    parser.add_argument("--java", default="java", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.arguments = [a for i, a in enumerate(arguments) if "--java" not in arguments[max(0, i - 1) : i + 1]]
    options.rounds = options.rounds or (3 if options.quick else 9)
    options.least_rounds = 1 if options.quick else 3  # however little time is left
    options.turn_seconds = 0.7 if options.quick else 2.0
    options.minutes = 3.5 if options.quick else 11.0
    usual = () if options.before else QUICK_PEERS if options.quick else PEERS
    options.peers = options.peers or usual
    options.left_out = list(LEFT_OUT) if options.quick else []
    options.cpus = None
    if hasattr(os, "sched_getaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) < options.threads:
            parser.error(f"--threads {options.threads} needs as many processors, this process may use {len(allowed)}")
        options.cpus = allowed[: options.threads]
    if not (options.data / "train-images-idx3-ubyte").is_file():
        parser.error(f"{options.data} has no train-images-idx3-ubyte; run ./hourglass data fetch mnist, or give --data")
    return options


def survey(options):
    """Every setting of every peer against the same peer's others."""
    for task in options.tasks:
        for model in options.models:
            for peer in (peer for peer in RIVALS[task] if peer in options.peers):
                contestants = [(peer, setting) for setting in survey_settings(peer, task, model)]
                measured = measure(task, model, contestants, options, time.monotonic() + 60)
                print("\n".join(table_of(task, [measured]) + [""]), flush=True)


def measure_all(options):
    clock = Clock(options.minutes, [SHARES[task] for task in options.tasks for _ in options.models])
    warm_ups = {}
    roofs = []
    compared_with_peers = bool(options.peers)
    if not options.quick and compared_with_peers and "train" in options.tasks:
        warm_ups = {model: measure_warm_up(model, options) for model in options.models if model in WARM_UP_MODELS}
    if compared_with_peers and "train" in options.tasks:
        roof_models = [model for model in options.models if not options.quick or model == "mnist-lstm"]
        roofs = [measure_roof(model, options) for model in roof_models]
    results = []
    for task in options.tasks:
        for model in options.models:
            if options.quick and clock.is_over():
                options.left_out.append(f"{model} {task} (no time was left)")
                continue
            before = [(BEFORE, None)] if options.before else []
            contestants = [(OURS, None)] + before + [(peer, None) for peer in RIVALS[task] if peer in options.peers]
            results.append(measure(task, model, contestants, options, clock.take(SHARES[task])))
    return results, roofs, warm_ups


def main():
    options = parse_options(sys.argv[1:])
    LOGS.mkdir(parents=True, exist_ok=True)
    load_before = os.getloadavg()[0]
    try:
        if options.survey:
            survey(options)
            return
        results, roofs, warm_ups = measure_all(options)
    except RunnerFailed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit("Interrupted; nothing was written")
    text = report(results, roofs, warm_ups, options, load_before)
    print(text)
    if (not options.quick and not options.before) or options.report:
        file = options.report or BENCH.parent / f"docs/perf/{datetime.date.today()}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        say(f"Written to {file}")


if __name__ == "__main__":
    main()
