"""Writes the golden values that ScoreEvaluationTest and LatentDirectionsTest hold ours against, from scikit-learn's.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 scikit-learn==1.9.1
    .venv/bin/python interop/make_detect_golden.py

Each line of the file is a name, the dimensions in brackets and the numbers, row-major. A threshold here flags what is
above it, scikit-learn's what is at it or above: ours is the next smaller score.
"""

from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score, roc_auc_score

TARGET = Path("core/src/test/resources/dev/hourglass/detect/detect-golden.txt")


def scores(random, count, share, ties):
    """Skewed like reconstruction errors; anomalies are larger on average. Rounded, many are equal."""
    anomalous = random.random(count) < share
    anomalous[:2] = [True, False]
    values = random.gamma(2, 0.01 + 0.015 * anomalous).astype(np.float32)
    return (np.round(values, 2) if ties else values).astype(np.float32), anomalous


def at(truth, values, threshold):
    flagged = values > threshold
    return [
        precision_score(truth, flagged, zero_division=0),
        recall_score(truth, flagged),
        f1_score(truth, flagged, zero_division=0),
    ]


def evaluation(name, values, truth):
    thresholds = np.quantile(values, [0.1, 0.5, 0.9, 0.95]).astype(np.float32)
    f1 = [(at(truth, values, threshold)[2], -threshold) for threshold in np.unique(values)]
    return [
        (f"{name}-scores", values),
        (f"{name}-anomalous", truth.astype(int)),
        (f"{name}-roc-auc", [roc_auc_score(truth, values)]),
        (f"{name}-average-precision", [average_precision_score(truth, values)]),
        (f"{name}-thresholds", thresholds),
        (f"{name}-at", [at(truth, values, threshold) for threshold in thresholds]),
        (f"{name}-best", [max(f1)[0], -max(f1)[1]]),
        (f"{name}-percentiles", np.percentile(values, [1, 50, 90, 95, 99], method="inverted_cdf")),
    ]


def directions(random):
    """Codes of very different spread, far from the origin."""
    codes = (random.normal(size=(40, 4)) @ random.normal(size=(4, 4)) * [3, 1, 0.2, 0.05] + [5, -2, 0, 1]).astype(np.float32)
    pca = PCA(n_components=3, svd_solver="full").fit(codes.astype(np.float64))
    places = pca.transform(codes.astype(np.float64))
    return [
        ("codes", codes),
        ("codes-mean", pca.mean_),
        ("codes-variance-shares", pca.explained_variance_ratio_),
        # scikit-learn divides the variance by one less than there are codes.
        ("codes-deviations", np.sqrt(pca.explained_variance_ * 39 / 40)),
        ("codes-vectors", pca.components_),
        ("codes-extents", np.stack([places.min(axis=0), places.max(axis=0)], axis=1)),
    ]


def main():
    random = np.random.default_rng(7)
    golden = [
        *evaluation("rare", *scores(random, 300, 0.05, ties=False)),
        *evaluation("ties", *scores(random, 200, 0.3, ties=True)),
        *evaluation("many", *scores(random, 60, 0.8, ties=False)),
        *directions(random),
    ]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(
        "".join(f"{name} {list(np.shape(v))} {' '.join(repr(float(x)) for x in np.ravel(v))}\n" for name, v in golden)
    )


if __name__ == "__main__":
    main()
