"""Runs training steps of the MNIST lab's models here and in the peers, in turns, and writes what came out.

Started by bench/side-by-side, which prepares what this needs. README.md says how to read the result.
"""

import argparse
import contextlib
import datetime
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent
LOGS = BENCH / "target/side-by-side"
STEPS_PER_EPOCH = 235
BUSY_LOAD = 0.5  # average of the minute before the start, above which others take processor time from the runners
OURS = "hourglass"
PEERS = ("torch", "keras-tf", "keras-jax")
MODELS = ("cnn", "lstm")

# The fastest of those in SURVEY; `side-by-side --survey` measures them again.
CHOSEN = {
    ("torch", "cnn"): "channels_last",
    ("torch", "lstm"): "eager",
    ("keras-tf", "cnn"): "step+noxla",
    ("keras-tf", "lstm"): "step+noxla",
    ("keras-jax", "cnn"): "step",
    ("keras-jax", "lstm"): "step",
}
KERAS_TF_SETTINGS = [f"{loop}+{xla}" for loop in ("fit", "batch", "step") for xla in ("xla", "noxla")]
SURVEY = {
    ("torch", "cnn"): ["eager", "channels_last", "compile", "compile_channels_last"],
    ("torch", "lstm"): ["eager", "compile"],
    ("keras-tf", "cnn"): KERAS_TF_SETTINGS,
    ("keras-tf", "lstm"): KERAS_TF_SETTINGS + ["step+xla+unroll", "step+noxla+unroll"],
    ("keras-jax", "cnn"): ["fit", "batch", "step"],
    ("keras-jax", "lstm"): ["fit", "batch", "step", "step+unroll"],
}


class RunnerFailed(Exception):
    """A runner ended or answered what it should not."""


class Runner:
    """One process that trains when told to and waits in between."""

    def __init__(self, who, model, setting, options):
        self.key = who if setting is None else f"{who} {setting}"
        self.log = LOGS / f"{model}-{self.key.replace(' ', '-')}.log"
        command, environment = command_of(who, model, setting, options)
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **environment},
                preexec_fn=pin_to(options.cpus),
                text=True,
            )
        self.about = self._answer()
        # Enough for the turn's length; never more than an epoch has.
        self.steps = max(3, min(STEPS_PER_EPOCH - 1, round(options.turn_seconds * 1e3 / self.about["estimateMs"])))

    def median_step_millis(self):
        """Takes one turn."""
        self._say(f"run {self.steps}")
        answer = self._answer()
        if not math.isfinite(answer["loss"]):
            raise RunnerFailed(f"{self.key}: the loss is {answer['loss']}")
        return statistics.median(answer["ms"])

    def close(self):
        with contextlib.suppress(OSError):
            self._say("quit")
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def _say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            said = [line for line in self.log.read_text(errors="replace").splitlines() if line[:1].strip()]
            raise RunnerFailed(f"{self.key} ended without an answer: {said[-1] if said else 'no word'} (all: {self.log})")
        return json.loads(line)


def command_of(who, model, setting, options):
    threads = str(options.threads)
    if who == OURS:
        flags = ["--add-modules", "jdk.incubator.vector", "-Xms2g", "-Xmx2g", "-XX:+UseParallelGC"]
        jar = str(BENCH / "target/benchmarks.jar")
        runner = "dev.hourglass.bench.StepRunner"
        return [options.java, *flags, "-cp", jar, runner, model, threads, str(options.data)], {}
    environment = {"OMP_NUM_THREADS": threads}
    script = "torch_runner.py" if who == "torch" else "keras_runner.py"
    if who != "torch":
        environment["KERAS_BACKEND"] = "tensorflow" if who == "keras-tf" else "jax"
    chosen = setting or CHOSEN[who, model]
    return [sys.executable, str(BENCH / "peers" / script), model, chosen, threads, str(options.data)], environment


def pin_to(cpus):
    """JAX takes every processor it may use, so all runners may use the same ones."""
    return (lambda: os.sched_setaffinity(0, cpus)) if cpus else None


# Measuring ------------------------------------------------------------------------------------------------------------


@dataclass
class Measured:
    """What one model's rounds gave: step times in ms by runner, one entry a round."""

    model: str
    about: dict
    millis: dict


def measure(model, contestants, options):
    """Each round, everyone takes one turn; the order is another one each round, so that no one always follows the same."""
    with contextlib.ExitStack() as stack:
        runners = []
        for who, setting in contestants:
            say(f"{model}: starting {who}{'' if setting is None else ' ' + setting} ...")
            try:
                runner = Runner(who, model, setting, options)
            except RunnerFailed as failure:
                if not options.survey:
                    raise
                say(f"{model}: {failure}")
                continue
            stack.callback(runner.close)
            runners.append(runner)
        measured = Measured(model, {r.key: r.about for r in runners}, {r.key: [] for r in runners})
        end = time.monotonic() + options.minutes * 60 / len(options.models)
        for round_number in range(options.rounds):
            if round_number > 0 and time.monotonic() > end:
                say(f"{model}: time is up after {round_number} rounds")
                break
            shift = round_number % len(runners)
            for runner in runners[shift:] + runners[:shift]:
                measured.millis[runner.key].append(runner.median_step_millis())
            times = "   ".join(f"{key} {millis[-1]:.1f}" for key, millis in measured.millis.items())
            say(f"{model}: round {round_number + 1}/{options.rounds}, ms/step: {times}")
    return measured


def say(line):
    print(line, file=sys.stderr, flush=True)


# Reporting ------------------------------------------------------------------------------------------------------------


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def ratios(theirs, ours):
    """Round by round, so that a slow minute of the machine counts on both sides."""
    return [their / our for their, our in zip(theirs, ours)]


def model_table(measured):
    ours = measured.millis.get(OURS)
    lines = [f"## {measured.model.upper()} autoencoder", ""]
    lines.append("| | setting | ms/step | s/epoch |" + (" hourglass is faster by |" if ours else ""))
    lines.append("|---|---|---|---|" + ("---|" if ours else ""))
    for key, millis in measured.millis.items():
        about = measured.about[key]
        epoch = statistics.median(millis) * STEPS_PER_EPOCH / 1e3
        line = f"| {about['name']} | {about['setting']} | {spread(millis, 1)} | {epoch:.1f} |"
        if ours:
            line += " |" if key == OURS else f" {spread(ratios(millis, ours), 2)} |"
        lines.append(line)
    return lines


def processor():
    if platform.system() == "Darwin":
        return subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True).stdout.strip()
    names = [l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")]
    flags = next((l.split() for l in open("/proc/cpuinfo") if l.startswith("flags")), [])
    widest = next((f for f in ("avx512f", "avx2") if f in flags), "")
    return f"{names[0] if names else platform.machine()}{', ' + widest if widest else ''}, {os.cpu_count()} processors"


def commit():
    git = lambda *words: subprocess.run(  # noqa: E731
        ["git", "-C", str(BENCH), *words], capture_output=True, text=True
    ).stdout.strip()
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" with local changes" if git("status", "--porcelain") else "")


def versions(results):
    found = {}
    for measured in results:
        for about in measured.about.values():
            found.update(about["versions"])
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items()))


def report(results, options, load_before):
    rounds = min(len(millis) for measured in results for millis in measured.millis.values())
    lines = [f"# Training steps side by side, {datetime.date.today()}", ""]
    if load_before > BUSY_LOAD:
        lines += [f"**The machine was busy (load average {load_before:.1f} before the start): these are no figures to quote.**", ""]
    lines.append(f"    bench/side-by-side {' '.join(options.arguments)}".rstrip())
    lines.append("")
    for measured in results:
        lines += model_table(measured) + [""]
    lines += [
        f"A training step (batch of 256 gathered from shuffled MNIST, forward, backward, Adam) on {options.threads} threads.",
        f"Each of {rounds} or more rounds gives everyone a turn of about {options.turn_seconds:g} s; a turn's figure is the median of",
        "its steps. Shown are median (lowest–highest) over the rounds; 'faster by' is their time over ours, formed round by round.",
        "",
        f"- Processor: {processor()}",
        f"- System: {platform.system()} {platform.release()}; load average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after",
        f"- Versions: {versions(results)}, Python {platform.python_version()}",
        f"- Hourglass at {commit()}",
        "",
    ]
    return "\n".join(lines)


# Options --------------------------------------------------------------------------------------------------------------


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
    parser.add_argument("--quick", action="store_true", help="3 short rounds, at most 5 minutes; prints, writes no report")
    parser.add_argument("--rounds", type=at_least_one, help="turns that everyone gets (default 9; 3 with --quick)")
    parser.add_argument("--models", type=names(MODELS), default=MODELS, help="some of cnn,lstm (default both)")
    parser.add_argument("--peers", type=names(PEERS), default=PEERS, help=f"some of {','.join(PEERS)} (default all)")
    parser.add_argument("--threads", type=at_least_one, default=2, help="for each runner (default 2)")
    parser.add_argument("--data", type=Path, default=data_folder(), help="folder with train-images-idx3-ubyte")
    parser.add_argument("--report", type=Path, help="where to write (default docs/perf/DATE.md)")
    parser.add_argument("--survey", action="store_true", help="measure the peers' settings against each other instead")
    parser.add_argument("--java", default="java", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.arguments = [a for i, a in enumerate(arguments) if "--java" not in arguments[max(0, i - 1) : i + 1]]
    options.rounds = options.rounds or (3 if options.quick else 9)
    options.turn_seconds = 1.0 if options.quick else 3.0
    options.minutes = 2.5 if options.quick else 60.0
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
    results = [
        measure(model, [(peer, setting) for setting in SURVEY[peer, model]], options)
        for model in options.models
        for peer in options.peers
    ]
    print("\n".join(line for measured in results for line in model_table(measured) + [""]))


def main():
    options = parse_options(sys.argv[1:])
    LOGS.mkdir(parents=True, exist_ok=True)
    load_before = os.getloadavg()[0]
    try:
        if options.survey:
            survey(options)
            return
        contestants = [(OURS, None)] + [(peer, None) for peer in options.peers]
        results = [measure(model, contestants, options) for model in options.models]
    except RunnerFailed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit("Interrupted; nothing was written")
    text = report(results, options, load_before)
    print(text)
    if not options.quick or options.report:
        file = options.report or BENCH.parent / f"docs/perf/{datetime.date.today()}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        say(f"Written to {file}")


if __name__ == "__main__":
    main()
