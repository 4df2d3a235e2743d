"""Who takes part, with which settings, and the processes that they run in."""

import contextlib
import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
LOGS = BENCH / "target/side-by-side"
OURS = "hourglass"
BEFORE = "before"  # Hourglass as another checkout has it
PEERS = ("torch", "keras-tf", "keras-jax")
MODELS = ("mnist-cnn", "mnist-lstm", "cifar10-cnn", "sequence-lstm")
RECURRENT_MODELS = ("relu-lstm", "gru", "bidirectional-lstm")
NAMED_MODELS = RECURRENT_MODELS + ("conv1d", "mnist-vae", "cifar10-unet", "cifar10-residual")  # measured when named
RIVALS = {"train": PEERS, "latency": ("torch",), "throughput": ("keras-tf",)}
TASKS = tuple(RIVALS)
# What the launcher gives java.
JVM_FLAGS = (
    "--add-modules",
    "jdk.incubator.vector",
    "-XX:+UseParallelGC",
    "-Xmn96m",
    "-XX:MaxRAMPercentage=60",
    *(["-XX:+UseTransparentHugePages"] if sys.platform == "linux" else []),
)

# What runs; `side-by-side --survey` measures it against the others of survey_settings. Training of the MNIST models was
# surveyed. The rest is still to be: cifar10-cnn and sequence-lstm follow the MNIST models, latency and throughput were
# picked from few passes on a busy machine (throughput not on sequence-lstm).
CHOSEN = {
    ("torch", "train", "mnist-cnn"): "channels_last",
    ("torch", "train", "mnist-lstm"): "eager",
    ("torch", "train", "cifar10-cnn"): "channels_last",
    ("torch", "train", "sequence-lstm"): "eager",
    **{("keras-tf", "train", model): "step+noxla" for model in MODELS},
    **{("keras-jax", "train", model): "step" for model in MODELS},
    **{("keras-tf", "throughput", model): "joined+xla" for model in MODELS},
    ("keras-tf", "throughput", "cifar10-cnn"): "predict+noxla",
    **{("torch", "train", model): "eager" for model in NAMED_MODELS},
    **{("keras-tf", "train", model): "step+noxla" for model in NAMED_MODELS},
    **{("keras-jax", "train", model): "step" for model in NAMED_MODELS},
    ("torch", "latency", "mnist-cnn"): "channels_last+single",
    ("torch", "latency", "mnist-lstm"): "eager+single",
    ("torch", "latency", "cifar10-cnn"): "channels_last",
    ("torch", "latency", "sequence-lstm"): "eager+single",
}


def survey_settings(peer, task, model):
    """What is tried for a peer."""
    recurrent = model.endswith("lstm") or model in RECURRENT_MODELS
    unrolled = {"keras-tf": ["step+xla+unroll", "step+noxla+unroll"], "keras-jax": ["step+unroll"], "torch": []}
    if task == "throughput":
        return [f"{call}+{xla}" for call in ("predict", "joined") for xla in ("xla", "noxla")]
    if task == "latency":
        formats = ["eager"] if recurrent else ["eager", "channels_last"]
        return [f"{how}{threads}" for how in [*formats, "jit", "compile"] for threads in ("", "+single")]
    if peer == "torch":
        return ["eager", "compile"] + ([] if recurrent else ["channels_last", "compile+channels_last"])
    loops = ["fit", "batch", "step"]
    settings = [f"{loop}+{xla}" for loop in loops for xla in ("xla", "noxla")] if peer == "keras-tf" else loops
    return settings + (unrolled[peer] if recurrent else [])


class RunnerFailed(Exception):
    """A runner ended or answered what it should not."""


class Runner:
    """One process that does its task when told to and waits in between."""

    def __init__(self, who, task, model, setting, options):
        self.key = who if setting is None else f"{who} {setting}"
        self.log = LOGS / f"{model}-{task}-{self.key.replace(' ', '-')}.log"
        self.runs_done = 0
        command, environment = command_of(who, task, model, setting, options)
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
        try:
            self.about = self._answer()
        except RunnerFailed:
            self.process.kill()
            raise
        # Enough for the turn's length; never more than the smallest epoch has.
        self.runs = max(1, min(200, round(options.turn_seconds * 1e3 / self.about["estimateMs"])))
        if task == "latency":
            self.runs = 500  # single samples take less than some milliseconds

    def turn(self):
        """Takes one turn; its answer holds the milliseconds of each run."""
        self._say(f"run {self.runs}")
        answer = self._answer()
        self.runs_done += self.runs
        if not math.isfinite(answer["value"]):
            raise RunnerFailed(f"{self.key}: the loss or the reconstruction is {answer['value']}")
        return answer

    def median_millis(self):
        return statistics.median(self.turn()["ms"])

    def peak_memory(self):
        """The most memory that the process has held so far, in bytes; None where the system does not say."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return None

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


def java_command(main_class, *arguments, options, checkout=BENCH.parent):
    jar = str(checkout / "bench/target/benchmarks.jar")
    return [options.java, *JVM_FLAGS, "-cp", jar, f"dev.hourglass.bench.{main_class}", *map(str, arguments)]


def command_of(who, task, model, setting, options):
    threads = str(options.threads)
    if who in (OURS, BEFORE):
        checkout = options.before if who == BEFORE else BENCH.parent
        return java_command("StepRunner", model, task, threads, options.data, options=options, checkout=checkout), {}
    environment = {"OMP_NUM_THREADS": threads}
    script = "torch_runner.py" if who == "torch" else "keras_runner.py"
    if who != "torch":
        environment["KERAS_BACKEND"] = "tensorflow" if who == "keras-tf" else "jax"
    chosen = setting or CHOSEN[who, task, model]
    return [sys.executable, str(BENCH / "peers" / script), model, task, chosen, threads, str(options.data)], environment


def pin_to(cpus):
    """JAX takes every processor it may use, so all runners may use the same ones."""
    return (lambda: os.sched_setaffinity(0, cpus)) if cpus else None
