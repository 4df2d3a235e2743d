"""Writes the golden values that StepScoresTest holds ours against, from numpy's and pandas's.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 pandas==3.0.6
    .venv/bin/python interop/make_step_score_goldens.py

Each line of the file is a name, the dimensions in brackets and the numbers, row-major.
"""

from pathlib import Path

import numpy as np
import pandas as pd

TARGET = Path("core/src/test/resources/dev/hourglass/detect/step-score-golden.txt")


def line(name, values):
    values = np.asarray(values, float)
    numbers = " ".join(repr(float(v)).replace("nan", "NaN") for v in values.ravel())
    return f"{name} {str(list(values.shape)).replace(' ', '')} {numbers}\n"


def main():
    random = np.random.default_rng(4)
    mixing = np.array([[1, 0.5, 0], [0, 0.1, 0], [0.2, 0, 3]])
    normal = np.round(random.normal(size=(40, 3)) @ mixing + [0.1, 0, -0.2], 4)
    errors = np.round(random.normal(size=(5, 3)) * 2, 4)
    covariance = np.cov(normal.T)
    covariance += 1e-6 * np.trace(covariance) / 3 * np.eye(3)
    centred = errors - normal.mean(axis=0)
    parts = centred * np.linalg.solve(covariance, centred.T).T / 3
    series = pd.Series(np.round(random.gamma(2, 1, 30), 4))
    TARGET.write_text("".join([
        line("normal", normal),
        line("errors", errors),
        line("parts", parts),
        line("scores", series),
        line("rolling-4", series.rolling(4, min_periods=1).mean()),
        line("ewm-0.3", series.ewm(alpha=0.3, adjust=False).mean()),
    ]))


main()
