"""Writes the report."""

import datetime
import os
import platform
import statistics
import subprocess

from measuring import share_of_peak
from runners import BEFORE, BENCH, JVM_FLAGS, OURS

BUSY_LOAD = 0.5  # average of the minute before the start, above which others take processor time from the runners
TITLES = {
    "train": "Training step",
    "throughput": "Reconstruct 10,000 samples in batches of 32",
    "latency": "Reconstruct one sample",
}
# The bars of issue 3: at least this many times as fast.
BARS = {
    ("train", "mnist-cnn", "torch"): 3,
    ("train", "mnist-cnn", "keras-tf"): 4,
    ("train", "mnist-cnn", "keras-jax"): 8,
    ("train", "mnist-lstm", "torch"): 1.8,
    ("train", "mnist-lstm", "keras-tf"): 4,
    ("train", "mnist-lstm", "keras-jax"): 3,
    ("train", "cifar10-cnn", "torch"): 2,
    ("train", "sequence-lstm", "torch"): 3,
}
BARS_OF_TASK = {("throughput", "keras-tf"): 5, ("latency", "torch"): 3}
BATCH = {"mnist-cnn": 256, "mnist-lstm": 256, "cifar10-cnn": 32, "sequence-lstm": 32, "relu-lstm": 32, "gru": 32, "bidirectional-lstm": 32, "conv1d": 32, "mnist-vae": 32, "cifar10-unet": 32, "cifar10-residual": 32}


def spread(values):
    middle = statistics.median(values)
    digits = 3 if middle < 1 else 2 if middle < 10 else 1 if middle < 1000 else 0
    return f"{middle:.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def ratios(theirs, ours):
    """Round by round, so that a slow minute of the machine counts on both sides."""
    return [their / our for their, our in zip(theirs, ours)]


def bar(task, model, peer):
    at_least = BARS.get((task, model, peer)) or BARS_OF_TASK.get((task, peer))
    return f"{at_least:g}" if at_least else "–"


def name_of(key, measured):
    name = measured.about[key]["name"]
    return f"{name} before" if key == BEFORE else name


def samples_a_run(measured):
    return {"train": BATCH[measured.model], "throughput": 10_000, "latency": 1}[measured.task]


def table_of(task, results):
    """One task, all models."""
    lines = [f"## {TITLES[task]}", ""]
    lines.append("| model | | setting | ms | samples/s | Hourglass is faster by | bar |")
    lines.append("|---|---|---|---|---|---|---|")
    for measured in results:
        ours = measured.millis.get(OURS)
        for key, millis in measured.millis.items():
            about = measured.about[key]
            rate = samples_a_run(measured) / statistics.median(millis) * 1e3
            line = f"| {measured.model} | {name_of(key, measured)} | {about['setting']} | {spread(millis)} | {rate:,.0f} |"
            if key == OURS or not ours:
                line += " | |"
            else:
                faster = ratios(millis, ours)
                line += f" {spread(faster)} | {bar(task, measured.model, key)} |"
            lines.append(line)
    return lines


def memory_table(results):
    lines = ["## Peak memory of training", ""]
    lines.append("| model | | MB | training steps until then |")
    lines.append("|---|---|---|---|")
    for measured in results:
        for key, peak in measured.memory.items():
            megabytes = "–" if peak is None else f"{peak / 1e6:,.0f}"
            lines.append(f"| {measured.model} | {name_of(key, measured)} | {megabytes} | {measured.runs[key]:,} |")
    lines += [
        "",
        "The whole process's peak resident memory (VmHWM) after all its rounds of the table of training steps: program,",
        "compiler, training set and model. Warm-up steps are not in the count of steps.",
    ]
    return lines


def roof_table(roofs):
    lines = ["## Training steps against our peak kernel", ""]
    lines.append("| model | GFLOP a step | step, GFLOP/s | peak kernel, GFLOP/s | step / kernel | bar |")
    lines.append("|---|---|---|---|---|---|")
    for roof in roofs:
        at_least = "75 %" if roof.model == "mnist-lstm" else "–"
        lines.append(
            f"| {roof.model} | {roof.giga_operations:.2f} | {spread(roof.steps)} | {spread(roof.peaks)} |"
            f" {100 * share_of_peak(roof):.0f} % | {at_least} |"
        )
    lines += [
        "",
        "After each step every thread multiplies 32x64 by 64x32 (20 KB, so it stays in the first-level cache) for about a",
        "millisecond; 'step / kernel' is the median of the ratios formed step by step. A step's operations are those of its",
        "matrix products: for each sample and layer 2 x weights x places where they are used, forward, for the gradient of",
        "the weights and for that of the input (not for the first layer's input). An LSTM of u units over s steps and f",
        "features needs 2 s f 4u + 2 (s - 1) u 4u forward, the former once instead of s times behind a repeated vector. A",
        "convolution behind an upsampling is counted as written, though it is computed with 2.25 times fewer operations.",
    ]
    return lines


def warm_up_table(warm_ups):
    lines = ["## Warm-up", ""]
    lines.append("| model | epoch 1, s | epoch 2, s | epoch 3, s | epoch 1 costs more than epoch 3 by |")
    lines.append("|---|---|---|---|---|")
    for model, seconds in warm_ups.items():
        more = seconds[0] - seconds[2]
        times = " | ".join(f"{second:.2f}" for second in seconds)
        lines.append(f"| {model} | {times} | {more:.2f} s ({100 * more / seconds[2]:.0f} %) |")
    return lines + ["", "A fresh JVM trains for three epochs of 60,000 images; validation and the start of the JVM are not in it."]


def processor():
    if platform.system() == "Darwin":
        return subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True).stdout.strip()
    names = [l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")]
    flags = next((l.split() for l in open("/proc/cpuinfo") if l.startswith("flags")), [])
    widest = next((f for f in ("avx512f", "avx2") if f in flags), "")
    return f"{names[0] if names else platform.machine()}{', ' + widest if widest else ''}, {os.cpu_count()} processors"


def commit(checkout=BENCH):
    git = lambda *words: subprocess.run(  # noqa: E731
        ["git", "-C", str(checkout), *words], capture_output=True, text=True
    ).stdout.strip()
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" with local changes" if git("status", "--porcelain") else "")


def versions(results):
    found = {}
    for measured in results:
        for about in measured.about.values():
            found.update(about["versions"])
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items()))


def report(results, roofs, warm_ups, options, load_before):
    rounds = min(len(millis) for measured in results for millis in measured.millis.values())
    lines = [f"# Side by side with PyTorch and Keras, {datetime.date.today()}", ""]
    if load_before > BUSY_LOAD:
        lines += [f"**The machine was busy (load average {load_before:.1f} before the start): these are no figures to quote.**", ""]
    lines += [f"    bench/side-by-side {' '.join(options.arguments)}".rstrip(), ""]
    lines += [
        f"Everything ran on {options.threads} threads, but single samples of PyTorch on one where its setting says",
        f"`single`. Each of at least {rounds} rounds gives everyone a turn; a turn's figure is the median of its runs. Shown are median (lowest–highest)",
        "over the rounds; 'faster by' is their time over ours, formed round by round. A training step gathers a shuffled batch",
        "(256 of MNIST; 32 of made-up samples for cifar10-cnn and sequence-lstm) and goes forward, backward and through Adam.",
        "",
    ]
    if options.quick:
        lines += [f"Few and short rounds; left out: {', '.join(options.left_out)}.", ""]
    for task in options.tasks:
        lines += table_of(task, [measured for measured in results if measured.task == task]) + [""]
    training = [measured for measured in results if measured.task == "train"]
    if training:
        lines += memory_table(training) + [""]
    if roofs:
        lines += roof_table(roofs) + [""]
    if warm_ups:
        lines += warm_up_table(warm_ups) + [""]
    lines += [
        "## Where",
        "",
        f"- Processor: {processor()}",
        f"- System: {platform.system()} {platform.release()}; load average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after",
        f"- Versions: {versions(results)}, Python {platform.python_version()}",
        f"- Hourglass at {commit()}; java {' '.join(JVM_FLAGS)}",
        *([f"- Hourglass before at {commit(options.before)}"] if options.before else []),
        "",
    ]
    return "\n".join(lines)
