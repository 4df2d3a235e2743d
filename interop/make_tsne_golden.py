"""Writes the golden values that TSneIT and TrustworthinessTest hold the Java code against, from scikit-learn's.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 scikit-learn==1.9.1
    .venv/bin/python interop/make_tsne_golden.py

Each line of the file is a name, the dimensions in brackets and the numbers, row-major. `points` are five clusters in six
dimensions, two of them close to each other, and a bridge. `affinities` is the matrix of joint probabilities at perplexity
10, dense. `picture` is where scikit-learn's t-SNE puts the points, `kl` the divergence of exactly that picture from the
sparse affinities, and `trustworthiness` is of the picture for 1, 5 and 12 neighbours.
"""

from pathlib import Path

import numpy as np
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.neighbors import NearestNeighbors

TARGET = Path("core/src/test/resources/dev/hourglass/evaluate/tsne-golden.txt")
PERPLEXITY = 10


def samples(random):
    centres = random.normal(size=(5, 6)) * 4
    centres[1] = centres[0] + 1
    clusters = [centre + random.normal(size=(24, 6)) for centre in centres]
    bridge = np.linspace(centres[2], centres[3], 10) + 0.3 * random.normal(size=(10, 6))
    return np.vstack([*clusters, bridge]).astype(np.float32)


def affinities(points):
    graph = NearestNeighbors(n_neighbors=3 * PERPLEXITY + 1).fit(points).kneighbors_graph(mode="distance")
    graph.data **= 2
    return _joint_probabilities_nn(graph, PERPLEXITY, 0).toarray()


def divergence(p, picture):
    """Of the whole picture, as TSNE.kl_divergence_ defines it, but summed exactly and after the last step."""
    picture = picture.astype(np.float64)
    squares = ((picture[:, None] - picture[None]) ** 2).sum(-1)
    q = 1 / (1 + squares)
    np.fill_diagonal(q, 0)
    q /= q.sum()
    there = p > 0
    return np.sum(p[there] * np.log(p[there] / q[there]))


def main():
    points = samples(np.random.default_rng(11))
    p = affinities(points)
    picture = TSNE(perplexity=PERPLEXITY, random_state=0).fit_transform(points)
    trust = [trustworthiness(points, picture, n_neighbors=k) for k in (1, 5, 12)]
    lines = []
    for name, values, digits in [
        ("points", points, 9),
        ("affinities", p, 7),
        ("picture", picture, 9),
        ("kl", np.array([divergence(p, picture)]), 17),
        ("trustworthiness", np.array(trust), 17),
    ]:
        numbers = " ".join(f"{float(v):.{digits}g}" for v in values.ravel())
        lines.append(f"{name} {list(values.shape)} {numbers}\n")
    TARGET.write_text("".join(lines))


if __name__ == "__main__":
    main()
