"""Our readers of tables and of folders of pictures beside pandas and Pillow, in turns; bench/reading calls it.

It makes the files when they are not there, starts each reader as a process that reads when it is told to, and lets them
take turns. A reader says one JSON line when it is ready and answers `run` with {"seconds", "cpu", "check"}: by the clock, of
all its processors together, and a number that shows that it has read.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

SEED = 17
ROWS_AT_ONCE = 50_000
SIDE = 256
SCENE_SIDE = 1024
SCENES = 24
HEADER = "temperature,pressure,vibration,flow,level,count,setpoint,energy\n"
LINE = "%.2f,%.3f,%.6f,%.4f,%.1f,%d,%.10g,%s\n"


def rows(generator, count, state):
    """What a logger writes: a few digits for most sensors, whole numbers, and all digits of a double in the last column."""
    drift = state + np.cumsum(generator.normal(0, 1, (count, 8)), 0)
    columns = [
        20 + 0.02 * drift[:, 0],
        1013 + 0.05 * drift[:, 1],
        generator.normal(0, 0.02, count),
        np.abs(3 + 0.01 * drift[:, 3]),
        50 + 0.1 * drift[:, 4],
        generator.integers(0, 100_000, count),
        1e-5 * (1 + np.abs(drift[:, 6])),
        np.abs(generator.normal(0, 1, count)) * 1e3,
    ]
    text = zip(*(column.tolist() for column in columns[:-1]), map(repr, columns[-1].tolist()))
    return "".join(LINE % row for row in text), drift[-1]


def make_table(file, megabytes):
    print(f"Writing {file} ...", file=sys.stderr)
    generator = np.random.default_rng(SEED)
    state = np.zeros(8)
    with open(f"{file}.part", "w") as out:
        size = out.write(HEADER)
        while size < megabytes * 1_000_000:
            text, state = rows(generator, ROWS_AT_ONCE, state)
            size += out.write(text)
    os.replace(f"{file}.part", file)


def scene(generator):
    """A picture with what photos have: slow light, objects with edges, textures, and the noise of a sensor."""
    from PIL import Image

    canvas = np.zeros((SCENE_SIDE, SCENE_SIDE, 3), np.float32)
    for octave in range(2, 10):
        cells = 1 << octave
        grain = generator.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        grain = 0.75 * grain.mean(2, keepdims=True) + 0.25 * grain
        for channel in range(3):
            layer = Image.fromarray(grain[..., channel]).resize((SCENE_SIDE, SCENE_SIDE), Image.Resampling.BICUBIC)
            canvas[..., channel] += np.asarray(layer) * 110 / 1.38**octave
    canvas += generator.uniform(80, 160, 3).astype(np.float32)
    for _ in range(60):
        x, y = generator.integers(0, SCENE_SIDE, 2)
        wide, high = generator.integers(15, 130, 2)
        part = canvas[max(0, y - high) : y + high, max(0, x - wide) : x + wide]
        down, across = np.mgrid[: part.shape[0], : part.shape[1]]
        inside = ((across - part.shape[1] / 2) / wide) ** 2 + ((down - part.shape[0] / 2) / high) ** 2 < 1
        part[inside] = 0.45 * part[inside] + generator.uniform(0, 140, 3)
    canvas += generator.normal(0, 7, canvas.shape)
    return np.clip(canvas, 0, 255).astype(np.uint8)


def make_pictures(folder, count):
    from PIL import Image

    print(f"Writing {count:,} pictures to {folder} ...", file=sys.stderr)
    generator = np.random.default_rng(SEED)
    scenes = [scene(generator) for _ in range(SCENES)]
    part = Path(f"{folder}.part")
    part.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        x, y = generator.integers(0, SCENE_SIDE - SIDE, 2)
        crop = scenes[generator.integers(SCENES)][y : y + SIDE, x : x + SIDE]
        quality = int(generator.integers(75, 91))
        Image.fromarray(crop).save(part / f"{i:05d}.jpg", quality=quality, subsampling="4:2:0")
    os.replace(part, folder)


def decode(path, into):
    from PIL import Image

    with Image.open(path) as picture:
        into[:] = np.asarray(picture.convert("RGB"))


def part_of(job):
    paths, first = job
    start = time.process_time()
    for i, path in enumerate(paths):
        decode(path, shared[first + i])
    return time.process_time() - start


def reader(kind, path, workers):
    """Something that reads all of it and returns processor seconds of other processes and a number to check."""
    if kind == "pandas":
        import pandas

        def run():
            table = pandas.read_csv(path)
            return 0.0, float(table.iat[len(table) - 1, 0])

        return run, f"pandas {pandas.__version__}"
    import mmap
    import multiprocessing

    import PIL

    paths = sorted(str(file) for file in Path(path).iterdir())
    global shared
    shape = (len(paths), SIDE, SIDE, 3)
    about = f"Pillow {PIL.__version__}, {'a loop' if kind == 'loop' else f'{workers} {kind}'}"
    if kind != "processes":
        from concurrent.futures import ThreadPoolExecutor

        def run():
            pictures = np.empty(shape, np.uint8)
            if kind == "loop":
                for path, picture in zip(paths, pictures):
                    decode(path, picture)
            else:
                with ThreadPoolExecutor(workers) as pool:
                    list(pool.map(decode, paths, pictures))
            return 0.0, float(pictures[-1].mean())

        return run, about
    shared = np.frombuffer(mmap.mmap(-1, int(np.prod(shape))), np.uint8).reshape(shape)
    pool = multiprocessing.get_context("fork").Pool(workers)
    jobs = [(paths[first : first + 64], first) for first in range(0, len(paths), 64)]

    def run_all():
        return sum(pool.imap_unordered(part_of, jobs)), float(shared[-1].mean())

    return run_all, about


def serve(kind, path, workers):
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    run, about = reader(kind, path, workers)
    channel.write(json.dumps({"about": about}) + "\n")
    for line in sys.stdin:
        start, processor = time.perf_counter(), time.process_time()
        others, check = run()
        seconds = time.perf_counter() - start
        processor = time.process_time() - processor + others
        channel.write(json.dumps({"seconds": seconds, "cpu": processor, "check": check}) + "\n")


class Reader:
    def __init__(self, name, command, cores):
        pin = ["taskset", "-c", ",".join(map(str, cores))] if sys.platform == "linux" else []
        self.name = name
        self.process = subprocess.Popen(pin + command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = self.answer()["about"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench/reading: {self.name} ended")
        return json.loads(line)

    def run(self):
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(readers, rounds, what, amount, unit):
    print(f"\n{what}")
    for each in readers:
        each.run()  # the page cache, the JIT
    turns = {each.name: [] for each in readers}
    for turn in range(rounds):
        order = readers if turn % 2 == 0 else readers[::-1]
        for each in order:
            turns[each.name].append(each.run())
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    checks = {round(result["check"], 3) for results in turns.values() for result in results}
    if len(checks) != 1:
        sys.exit(f"bench/reading: the readers differ in what they read: {sorted(checks)}")
    print(f"{'':<34} {'seconds':>8} {unit + '/s':>12} {'processor s':>12}   faster by (lowest-highest)   by processor time")
    ours = turns[readers[0].name]
    for each in readers:
        mine = turns[each.name]
        seconds = statistics.median(result["seconds"] for result in mine)
        processor = statistics.median(result["cpu"] for result in mine)
        ratios = sorted(a["seconds"] / b["seconds"] for a, b in zip(mine, ours))
        work = statistics.median(a["cpu"] / b["cpu"] for a, b in zip(mine, ours))
        beside = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})" if mine is not ours else ""
        by_work = f"{work:.2f}" if mine is not ours else ""
        print(f"{each.about:<34} {seconds:8.2f} {amount / seconds:12,.0f} {processor:12.2f}   {beside:<28} {by_work}", flush=True)
    for each in readers:
        each.close()


def main():
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(prog="bench/reading", description="Our readers beside pandas and Pillow, in turns.")
    parser.add_argument("tasks", nargs="*", default=["table", "pictures"], help="table, pictures (default: both)")
    parser.add_argument("--megabytes", type=int, default=1000, help="of the table (default: 1000)")
    parser.add_argument("--pictures", type=int, default=20_000, help="how many (default: 20,000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="processors for each (default: all)")
    parser.add_argument("--files", default=str(Path(__file__).parents[1] / "target" / "reading"), help="where they are kept")
    parser.add_argument("--java", help=argparse.SUPPRESS)
    parser.add_argument("--classpath", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if set(arguments.tasks) - {"table", "pictures"}:
        sys.exit(f"bench/reading: expected table or pictures, got {' '.join(arguments.tasks)}")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > 0.5:
        print(f"Other work is running (load {load:.1f}): take the ratios for what they are.", file=sys.stderr)
    files = Path(arguments.files)
    files.mkdir(parents=True, exist_ok=True)
    cores = sorted(os.sched_getaffinity(0))[: arguments.threads] if sys.platform == "linux" else range(arguments.threads)
    java = [arguments.java, "--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC", "-XX:MaxRAMPercentage=60"]
    java += ["-cp", arguments.classpath, "dev.hourglass.bench.ReadingRun"]
    this = [sys.executable, __file__, "--serve"]
    if "table" in arguments.tasks:
        table = files / f"table-{arguments.megabytes}.csv"
        if not table.exists():
            make_table(table, arguments.megabytes)
        readers = [
            Reader("ours", java + ["table", str(table)], cores),
            Reader("pandas", this + ["pandas", str(table), "1"], cores),
        ]
        size = table.stat().st_size / 1e6
        compare(readers, arguments.rounds, f"A CSV of {size:,.0f} MB", size, "MB")
    if "pictures" in arguments.tasks:
        folder = files / f"pictures-{arguments.pictures}"
        if not folder.exists():
            make_pictures(folder, arguments.pictures)
        readers = [
            Reader("ours", java + ["pictures", str(folder)], cores),
            *(
                Reader(f"Pillow, {kind}", this + [kind, str(folder), str(len(cores))], cores)
                for kind in ("loop", "threads", "processes")
            ),
        ]
        what = f"{arguments.pictures:,} JPEGs of {SIDE} x {SIDE}"
        compare(readers, arguments.rounds, what, arguments.pictures, "pictures")


if __name__ == "__main__":
    main()
