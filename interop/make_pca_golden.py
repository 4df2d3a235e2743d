"""Writes the golden values that PrincipalComponentsTest holds the Java PCA against, from scikit-learn's.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 scikit-learn==1.9.1
    .venv/bin/python interop/make_pca_golden.py

Each line of the file is a name, the dimensions in brackets and the numbers, row-major.
"""

from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

TARGET = Path("core/src/test/resources/dev/hourglass/evaluate/pca-golden.txt")


def samples(random, count):
    """Seven features: three independent, two mixed from them, one mostly zero, one far from zero with a small spread."""
    free = random.normal(size=(count, 3)) * [2.0, 1.0, 0.3]
    mixed = free @ random.normal(size=(3, 2)) + 0.05 * random.normal(size=(count, 2))
    sparse = np.maximum(0, random.normal(size=(count, 1)) - 1)
    far = 1000 + 0.5 * random.normal(size=(count, 1))
    return np.hstack([free, mixed, sparse, far]).astype(np.float32)


def places(rows, columns, salt):
    """Numbers in [-1, 1), [rows, columns], exact in float32: those of the initial weights in interop/README.md."""
    h = (np.arange(rows * columns, dtype=np.uint32) + np.uint32(1)) * np.uint32(0x9E3779B9)
    h += np.uint32(salt * 0x85EBCA6B % 2**32)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return ((h >> np.uint32(8)) / 2.0**23 - 1).reshape(rows, columns)


def wide_samples():
    """600 samples of 1,200 features: 100 factors of falling weight. The test makes the same, so they are not stored."""
    factors = places(600, 100, 1) / (1 + np.arange(100))
    return (factors @ places(100, 1200, 2) + 5).astype(np.float32).astype(np.float64)


def wide_errors(components):
    """Test errors of the exact PCA of the first 500 samples on the last 100: mean squared and mean absolute."""
    train, test = np.split(wide_samples(), [500])
    errors = []
    for k in components:
        pca = PCA(n_components=k, svd_solver="full").fit(train)
        difference = test - pca.inverse_transform(pca.transform(test))
        errors += [np.mean(difference**2), np.mean(np.abs(difference))]
    return np.array(errors)


def windows():
    """40 windows of five steps of two features, which turn and shrink, with noise."""
    random = np.random.default_rng(11)
    step = random.normal(size=(40, 2))
    turn = 0.9 * np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    steps = []
    for _ in range(5):
        steps.append(step + 0.1 * random.normal(size=step.shape))
        step = step @ turn
    return np.stack(steps, axis=1).astype(np.float32)


def predictions():
    """The last two steps of the last 10 windows, told linearly from three components of the first three steps."""
    before = windows()[:, :3].reshape(40, -1).astype(np.float64)
    after = windows()[:, 3:].reshape(40, -1).astype(np.float64)
    pca = PCA(n_components=3, svd_solver="full").fit(before[:30])
    line = LinearRegression().fit(pca.transform(before[:30]), after[:30])
    return line.predict(pca.transform(before[30:]))


def main():
    random = np.random.default_rng(7)
    everything = samples(random, 55)
    train, test = everything[:40], everything[40:]
    features = train.shape[1]
    pca = PCA(n_components=features, svd_solver="full").fit(train.astype(np.float64))
    codes = pca.transform(test.astype(np.float64))
    errors = [np.mean((test - pca.mean_) ** 2)]
    for k in range(1, features + 1):
        rebuilt = codes[:, :k] @ pca.components_[:k] + pca.mean_
        errors.append(np.mean((test.astype(np.float64) - rebuilt) ** 2))
    lines = []
    for name, values in [("train", train), ("test", test), ("codes", codes), ("mse", np.array(errors)), ("wide", wide_errors([8, 32])), ("windows", windows()), ("predicted", predictions())]:
        numbers = " ".join(repr(float(v)) for v in values.ravel())
        lines.append(f"{name} {list(values.shape)} {numbers}\n")
    TARGET.write_text("".join(lines))


if __name__ == "__main__":
    main()
