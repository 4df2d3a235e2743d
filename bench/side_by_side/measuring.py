"""Lets the runners take turns, and keeps what came out."""

import contextlib
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

from runners import OURS, Runner, RunnerFailed, java_command, pin_to


@dataclass
class Measured:
    """What the rounds of one task on one model gave. Lists and entries are by runner; lists have one entry a round."""

    model: str
    task: str
    about: dict
    millis: dict
    runs: dict = field(default_factory=dict)
    memory: dict = field(default_factory=dict)


@dataclass
class Roof:
    """A training step of ours against the peak kernel that runs after each step, both in GFLOP/s, one entry a step."""

    model: str
    giga_operations: float
    steps: list
    peaks: list


class Clock:
    """Shares out the time that is left among what is still to be measured."""

    def __init__(self, minutes, shares):
        self.end = time.monotonic() + minutes * 60
        self.left = sum(shares)

    def take(self, share):
        """When something with this share of the rest must end."""
        now = time.monotonic()
        until = now + max(0.0, self.end - now) * share / self.left
        self.left -= share
        return until

    def is_over(self):
        return time.monotonic() > self.end


def measure(task, model, contestants, options, until):
    """Each round, everyone takes one turn; the order is another one each round, so that no one always follows the same."""
    with contextlib.ExitStack() as stack:
        runners = []
        for who, setting in contestants:
            say(f"{model} {task}: starting {who}{'' if setting is None else ' ' + setting} ...")
            try:
                runner = Runner(who, task, model, setting, options)
            except RunnerFailed as failure:
                if not options.survey:
                    raise
                say(f"{model} {task}: {failure}")
                continue
            stack.callback(runner.close)
            runners.append(runner)
        measured = Measured(model, task, {r.key: r.about for r in runners}, {r.key: [] for r in runners})
        for round_number in range(options.rounds):
            if round_number >= options.least_rounds and time.monotonic() > until:
                say(f"{model} {task}: time is up after {round_number} rounds")
                break
            shift = round_number % len(runners)
            for runner in runners[shift:] + runners[:shift]:
                measured.millis[runner.key].append(runner.median_millis())
            times = "   ".join(f"{key} {millis[-1]:.3g}" for key, millis in measured.millis.items())
            say(f"{model} {task}: round {round_number + 1}/{options.rounds}, ms: {times}")
        measured.runs = {r.key: r.runs_done for r in runners}
        measured.memory = {r.key: r.peak_memory() for r in runners}
    return measured


def measure_roof(model, options):
    say(f"{model}: training steps against the peak kernel ...")
    runner = Runner(OURS, "roof", model, None, options)
    with contextlib.closing(runner):
        answers = [runner.turn() for _ in range(3)]
    giga = runner.about["gigaOperations"]
    steps = [giga / (millis / 1e3) for answer in answers for millis in answer["ms"]]
    return Roof(model, giga, steps, [peak for answer in answers for peak in answer["peak"]])


def measure_warm_up(model, options):
    """Seconds of the first three epochs in a JVM that has done nothing yet."""
    say(f"{model}: three epochs from a cold start ...")
    command = java_command("WarmUp", model, options.threads, options.data, options=options)
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=pin_to(options.cpus))
    if done.returncode != 0:
        raise RunnerFailed(f"WarmUp {model}: {done.stderr.strip().splitlines()[-1:]}")
    return [json.loads(line)["seconds"] for line in done.stdout.splitlines()]


def share_of_peak(roof):
    """Step by step, each against the kernel's rate right after it."""
    return statistics.median(step / peak for step, peak in zip(roof.steps, roof.peaks))


def say(line):
    print(line, file=sys.stderr, flush=True)
