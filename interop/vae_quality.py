"""Trains the lab's variational autoencoder in PyTorch and in Hourglass, and compares their test losses.

    nice -n 10 .venv/bin/python interop/vae_quality.py [--seeds 1 2 3] [--epochs 10] [--threads 2] [FOLDER]

FOLDER has MNIST's files, as `./hourglass data fetch mnist` leaves them in the cache. It needs torch 2.13.0. Both have the
same layers (784-400-20-400-784), initialisation (Glorot's, biases 0), batches of 128 and Adam with a rate of 0.001. The
test loss is the negative evidence lower bound in nats, an image's mean: binary cross-entropy summed over the pixels, with one
code drawn for each image, and the Kullback-Leibler divergence. The medians must be within 1 %.
"""

import argparse
import csv
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

ROOT = Path(__file__).parent.parent
CACHE = Path.home() / ".cache" / "hourglass" / "datasets" / "mnist"
BATCH = 128
MOST_APART = 0.01


def images(file):
    pixels = np.fromfile(file, np.uint8)[16:].reshape(-1, 784)
    return torch.from_numpy(pixels.astype(np.float32) * np.float32(1 / 255))


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.log_variance = nn.Linear(400, 20)
        self.wide = nn.Linear(20, 400)
        self.pixels = nn.Linear(400, 784)
        for layer in self.children():
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def parts(self, batch):
        """What the pixels and what the codes cost, summed over the batch."""
        hidden = functional.relu(self.hidden(batch))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        code = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        logits = self.pixels(functional.relu(self.wide(code)))
        pixels = functional.binary_cross_entropy_with_logits(logits, batch, reduction="sum")
        return pixels, -0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())


def ours(seed, options, folder):
    run = Path(folder) / f"seed-{seed}"
    recipe = ROOT / "labs" / "mnist-vae.yaml"
    words = ["lab", str(recipe), "--seed", str(seed), "--epochs", str(options.epochs), "--threads", str(options.threads)]
    subprocess.run([*shlex.split(options.hourglass), *words, "--out", str(run)], check=True, stdout=subprocess.DEVNULL)
    with open(run / "results" / "history.csv", newline="") as file:
        last = list(csv.DictReader(file))[-1]
    return [float(last[name]) for name in ("val_loss", "val_reconstruction", "val_kl_divergence")]


def peer(seed, options, train, test):
    torch.manual_seed(seed)
    model = Vae()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    for _ in range(options.epochs):
        for indices in torch.randperm(len(train)).split(BATCH):
            batch = train[indices]
            optimizer.zero_grad(set_to_none=True)
            (sum(model.parts(batch)) / len(batch)).backward()
            optimizer.step()
    with torch.inference_mode():
        parts = [[float(part) for part in model.parts(batch)] for batch in test.split(500)]
    pixels, codes = (sum(column) / len(test) for column in zip(*parts))
    return [pixels + codes, pixels, codes]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", nargs="?", type=Path, default=CACHE)
    arguments.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    arguments.add_argument("--epochs", type=int, default=10)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--hourglass", default=str(ROOT / "hourglass"), help="the command")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    train = images(options.folder / "train-images-idx3-ubyte")
    test = images(options.folder / "t10k-images-idx3-ubyte")
    losses = {"Hourglass": [], "PyTorch": []}
    with tempfile.TemporaryDirectory() as folder:
        for seed in options.seeds:
            for name, trained in (("PyTorch", peer(seed, options, train, test)), ("Hourglass", ours(seed, options, folder))):
                losses[name].append(trained[0])
                print("{}, seed {}: test loss {:.3f} = {:.3f} + {:.3f}".format(name, seed, *trained), flush=True)
    medians = {name: statistics.median(values) for name, values in losses.items()}
    apart = medians["Hourglass"] / medians["PyTorch"] - 1
    print(", ".join(f"{name}: median {median:.3f}" for name, median in medians.items()) + f", {apart:+.2%} apart")
    sys.exit(abs(apart) > MOST_APART)


if __name__ == "__main__":
    main()
