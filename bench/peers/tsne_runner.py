"""Our t-SNE and scikit-learn's, in turn, on the same codes; bench/tsne calls it."""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

LATENT = 32
TRAINING = "train-images-idx3-ubyte"
TEST = "t10k-images-idx3-ubyte"


def images(folder, name):
    """[images, 784] in [0, 1] of an IDX file, plain or compressed."""
    plain = Path(folder) / name
    data = plain.read_bytes() if plain.exists() else gzip.decompress((Path(folder) / f"{name}.gz").read_bytes())
    return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255


def photographs(folder, points):
    """[images, 3072] in [0, 1] of CIFAR-10's binary files: the test images, or the training images if more are wanted."""
    files = ["test_batch.bin"] if points <= 10_000 else [f"data_batch_{n}.bin" for n in range(1, 6)]
    records = np.concatenate([np.fromfile(Path(folder) / file, np.uint8).reshape(-1, 3073) for file in files])
    return records[:points, 1:].astype(np.float32) / 255


def codes(folder, points):
    """PCA codes of the test images; where more points are wanted, of the training images. CIFAR-10's or MNIST's."""
    from sklearn.decomposition import PCA

    if (Path(folder) / "test_batch.bin").exists():
        pixels = photographs(folder, points)
    else:
        pixels = images(folder, TEST if points <= 10_000 else TRAINING)[:points]
    return PCA(LATENT, random_state=0).fit_transform(pixels).astype("<f4")


def joint_probabilities(points):
    from sklearn.manifold._t_sne import _joint_probabilities_nn
    from sklearn.neighbors import NearestNeighbors

    graph = NearestNeighbors(n_neighbors=91).fit(points).kneighbors_graph(mode="distance")
    graph.data **= 2
    return _joint_probabilities_nn(graph, 30, 0).tocoo()


def divergence(p, picture):
    """The Kullback-Leibler divergence as TSNE.kl_divergence_ defines it, the sum over all pairs taken exactly."""
    y = picture.astype(np.float64)
    similarities = -float(len(y))
    for start in range(0, len(y), 500):
        squares = ((y[start : start + 500, None] - y[None]) ** 2).sum(-1)
        similarities += (1 / (1 + squares)).sum()
    q = 1 / (1 + ((y[p.row] - y[p.col]) ** 2).sum(1)) / similarities
    return float((p.data * np.log(p.data / q)).sum())


def ours(arguments, points, folder):
    (folder / "codes").write_bytes(points.tobytes())
    command = [arguments.java, "--add-modules", "jdk.incubator.vector", "-cp", arguments.jar, "dev.hourglass.bench.TSneRun"]
    command += [str(folder / "codes"), str(LATENT), str(arguments.threads), str(folder / "picture")]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    picture = np.frombuffer((folder / "picture").read_bytes(), "<f4").reshape(-1, 2)
    figures = json.loads(result.stdout.splitlines()[-1])
    return picture, figures["seconds"], figures["kl"]


def theirs(points):
    from sklearn.manifold import TSNE

    start = time.perf_counter()
    tsne = TSNE(random_state=0, n_jobs=-1)
    picture = tsne.fit_transform(points)
    return picture, time.perf_counter() - start, float(tsne.kl_divergence_)


def line(name, seconds, reported, exact, trust):
    print(f"{name:<14} {seconds:8.1f} {reported:12.4f} {exact:12.4f} {trust:17.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="bench/tsne", description="Our t-SNE beside scikit-learn's, in turn.")
    mnist = os.path.expanduser("~/.cache/hourglass/datasets/mnist")
    parser.add_argument("--data", default=mnist, help="the files of MNIST or of CIFAR-10")
    parser.add_argument("--points", type=int, default=10_000, help="images, at most 60,000 (default: 10,000)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of both (default: all)")
    parser.add_argument("--alone", action="store_true", help="ours only, for numbers that scikit-learn takes hours for")
    parser.add_argument("--java", help=argparse.SUPPRESS)
    parser.add_argument("--jar", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not 100 <= arguments.points <= 60_000:
        sys.exit(f"bench/tsne: --points must be from 100 to 60,000, got {arguments.points}")
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > 0.5:
        print(f"Other work is running (load {load:.1f}): take the ratio for what it is.", file=sys.stderr)

    from sklearn.manifold import trustworthiness

    points = codes(arguments.data, arguments.points)
    print(f"{len(points):,} PCA codes of {LATENT} numbers, {arguments.threads} threads")
    with tempfile.TemporaryDirectory() as folder:
        picture, our_seconds, our_kl = ours(arguments, points, Path(folder))
    if arguments.alone:
        print(f"Hourglass: {our_seconds:.1f} s, KL divergence {our_kl:.4f}")
        return
    their_picture, their_seconds, their_kl = theirs(points)
    p = joint_probabilities(points)
    print(f"{'':<14} {'seconds':>8} {'KL reported':>12} {'KL exact':>12} {'trustworthiness':>17}")
    line("Hourglass", our_seconds, our_kl, divergence(p, picture), trustworthiness(points, picture))
    line("scikit-learn", their_seconds, their_kl, divergence(p, their_picture), trustworthiness(points, their_picture))
    print(f"Hourglass is faster by {their_seconds / our_seconds:.1f}")


if __name__ == "__main__":
    main()
