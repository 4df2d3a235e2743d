"""Trains the lab's CIFAR-10 CNN in PyTorch on the lab's images, and prints what docs/quality.md holds ours against.

    nice -n 19 .venv/bin/python interop/cifar10_quality.py [--seeds 1 2 3] [--epochs 25] [--threads 1] [FOLDER]

FOLDER has CIFAR-10's binary files, as `./hourglass data fetch cifar10` leaves them in the cache. It needs torch 2.13.0
and scikit-learn 1.9.1. The model and its initialisation are those of bench/peers/torch_runner.py. A seed takes an hour
or two of one core.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.decomposition import PCA
from torch.nn import functional

sys.path.append(str(Path(__file__).parent.parent / "bench" / "peers"))
from torch_runner import Cifar10Cnn, initialize  # noqa: E402

CACHE = Path.home() / ".cache" / "hourglass" / "datasets" / "cifar10"
RECORD_BYTES = 1 + 3 * 32 * 32
BATCH = 32


def images(file, count):
    """The first images of a file, [count, 3, 32, 32], float32 in 0..1."""
    records = np.fromfile(file, np.uint8, count * RECORD_BYTES).reshape(count, RECORD_BYTES)
    return records[:, 1:].reshape(count, 3, 32, 32).astype(np.float32) * np.float32(1 / 255)


def errors(rebuilt, original):
    difference = rebuilt.astype(np.float64) - original
    return np.mean(difference**2), np.mean(np.abs(difference))


def pca_errors(train, test):
    train, test = (part.reshape(len(part), -1).astype(np.float64) for part in (train, test))
    pca = PCA(n_components=32, svd_solver="full").fit(train)
    return errors(pca.inverse_transform(pca.transform(test)), test)


def train_model(train, epochs, seed):
    torch.manual_seed(seed)
    model = Cifar10Cnn()
    model.apply(initialize)
    model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        total = 0.0
        for indices in torch.randperm(len(train)).split(BATCH):
            batch = train[indices]
            optimizer.zero_grad(set_to_none=True)
            loss = functional.mse_loss(model(batch), batch)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        seconds = time.perf_counter() - start
        print(f"  seed {seed} epoch {epoch}: loss {total / len(train):.6f}, {seconds:.0f} s", flush=True)
    return model


def model_errors(model, test):
    with torch.inference_mode():
        rebuilt = torch.cat([model(batch) for batch in test.split(250)])
    return errors(rebuilt.numpy(), test.numpy())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", nargs="?", type=Path, default=CACHE)
    arguments.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    arguments.add_argument("--epochs", type=int, default=25)
    arguments.add_argument("--threads", type=int, default=1)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)

    train = images(options.folder / "data_batch_1.bin", 8_000)
    test = images(options.folder / "test_batch.bin", 2_000)
    print("PCA-32: MSE {:.6f}, MAE {:.6f}".format(*pca_errors(train, test)), flush=True)
    train, test = (torch.from_numpy(part).contiguous(memory_format=torch.channels_last) for part in (train, test))
    results = []
    for seed in options.seeds:
        results.append(model_errors(train_model(train, options.epochs, seed), test))
        print("PyTorch, seed {}: MSE {:.6f}, MAE {:.6f}".format(seed, *results[-1]), flush=True)
    mse, mae = (statistics.median(values) for values in zip(*results))
    print(f"PyTorch, median of {len(results)}: MSE {mse:.6f}, MAE {mae:.6f}")


if __name__ == "__main__":
    main()
