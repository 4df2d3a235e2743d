"""Writes the golden values that ProbesTest holds kNN, linear probe and silhouette against, from scikit-learn's.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 scikit-learn==1.9.1
    .venv/bin/python interop/make_probe_golden.py

Each line of the file is a name, the dimensions in brackets and the numbers, row-major.
"""

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import silhouette_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

TARGET = Path("core/src/test/resources/dev/hourglass/evaluate/probe-golden.txt")
LABELS = np.array([2, 3, 7])


def samples(random, count):
    """Three classes that overlap, in five dimensions of very different size, of which one says nothing and one is constant."""
    classes = random.integers(0, 3, count)
    centres = np.array([[0, 0, 0, 0, 0], [1.5, 40, 0, 0, 0], [-0.5, 60, 0.02, 0, 0]])
    points = centres[classes] + random.normal(size=(count, 5)) * [1, 30, 0.02, 5, 0] + [0, 1000, 0, 0, 3]
    return points.astype(np.float32), LABELS[classes]


def main():
    random = np.random.default_rng(5)
    train, train_labels = samples(random, 300)
    test, test_labels = samples(random, 200)
    scaled = StandardScaler().fit(train)
    golden = [("train", train), ("train-labels", train_labels), ("test", test), ("test-labels", test_labels)]
    for k in (1, 2, 5, 12):
        neighbours = KNeighborsClassifier(n_neighbors=k, algorithm="brute").fit(train, train_labels)
        golden.append((f"neighbours-{k}", np.array([neighbours.score(test, test_labels)])))
    linear = make_pipeline(StandardScaler(), LogisticRegression(C=1, tol=1e-10, max_iter=10_000))
    linear.fit(train.astype(np.float64), train_labels)
    golden.append(("linear", linear.predict(test.astype(np.float64))))
    golden.append(("linear-accuracy", np.array([linear.score(test.astype(np.float64), test_labels)])))
    golden.append(("silhouette", np.array([silhouette_score(test.astype(np.float64), test_labels)])))
    alone = np.concatenate([[9], test_labels[1:]])
    golden.append(("silhouette-alone", np.array([silhouette_score(test.astype(np.float64), alone)])))
    lines = []
    for name, values in golden:
        numbers = " ".join(repr(float(v)) for v in np.ravel(values))
        lines.append(f"{name} {list(np.shape(values))} {numbers}\n")
    TARGET.write_text("".join(lines))


if __name__ == "__main__":
    main()
