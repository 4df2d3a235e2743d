"""Writes the golden values that RivalsTest and OnsetScoresTest hold ours against, from scikit-learn's, pandas' and scipy's.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 pandas==3.0.6
    .venv/bin/python interop/make_rival_goldens.py

Each line of the file is a name, the dimensions in brackets and the numbers.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

TARGET = Path("core/src/test/resources/dev/hourglass/detect/rival-golden.txt")


def line(name, values):
    values = np.asarray(values, dtype=float)
    shape = ",".join(str(n) for n in values.shape)
    return f"{name} [{shape}] {' '.join(repr(float(v)) for v in values.ravel())}\n"


def samples(random, count):
    """Six correlated features around a mean that is not 0."""
    codes = random.normal(size=(count, 3)) * [3, 1, 0.5]
    mix = np.array([[1, 2, 0, 1, 0, 1], [0, 1, 1, 0, 2, 0], [1, 0, 0, 1, 1, 2]])
    noisy = codes @ mix + random.normal(size=(count, 6)) * 0.2 + 5
    return np.round(noisy, 4).astype(np.float32).astype(float)


def likelihood(scores, average, memory, every, learning):
    """The moving averages' tails under normal laws of those before, from the description of Lavin and Ahmad's method."""
    means = pd.Series(scores).rolling(average, min_periods=1).mean().to_numpy()
    result = np.zeros(len(scores))
    thin = False
    law = None
    for row in range(learning + 2, len(scores)):
        if law is None or (row - learning) % every == 0:
            past = means[max(learning, row - memory) : row]
            law = stats.norm(max(past.mean(), 0.03), np.sqrt(max(past.var(), 0.0003)))
        tail = law.sf(means[row])
        onset = 1e-3 if tail <= 1e-5 and thin else tail
        thin = tail <= 1e-5
        result[row] = np.clip(np.log(onset + 1e-10) / np.log(1e-10), 0, 1)
    return result


def main():
    random = np.random.default_rng(20)
    train, test = samples(random, 60), samples(random, 12)
    test[3] += 4
    test[7, 2] -= 6
    test = test.astype(np.float32).astype(float)
    lines = [line("train", train), line("test", test)]
    for share in (0.8, 0.99):
        pca = PCA(n_components=share, svd_solver="full").fit(train)
        rebuilt = pca.inverse_transform(pca.transform(test))
        lines.append(line(f"pca-{share}-count", [pca.n_components_]))
        lines.append(line(f"pca-{share}-error", ((test - rebuilt) ** 2).mean(axis=1)))
        lines.append(line(f"pca-{share}-mahalanobis", (pca.transform(test) ** 2 / pca.explained_variance_).sum(axis=1)))
    nearest = NearestNeighbors(n_neighbors=5).fit(train)
    lines.append(line("neighbours", nearest.kneighbors(test)[0].mean(axis=1)))
    lines.append(line("neighbours-training", nearest.kneighbors()[0].mean(axis=1)))
    lines.append(line("zero", (test**2).mean(axis=1)))

    series = np.round(np.cumsum(random.normal(size=(80, 2)), axis=0) + [1000, 0], 4)
    lines.append(line("series", series))
    frame = pd.DataFrame(series)
    before = frame.shift(1).rolling(20, min_periods=2)
    z = ((frame - before.mean()) / before.std(ddof=0)).abs().mean(axis=1)
    lines.append(line("z", z.fillna(0)))

    scores = np.round(random.beta(2, 8, size=400), 4)
    scores[200:215] = 0.9
    scores[330] = 1
    lines.append(line("scores", scores))
    lines.append(line("likelihood", likelihood(scores, 5, 100, 30, 20)))
    places = np.array([-9.0, -2.5, -0.5, 0, 0.5, 1, 2.5, 2.8284, 2.8285, 4, 6, 9])
    lines.append(line("normal-places", places))
    lines.append(line("normal-tails", stats.norm.sf(places)))
    TARGET.write_text("".join(lines))


if __name__ == "__main__":
    main()
