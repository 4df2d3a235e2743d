"""Writes the golden values that CalibrationTest holds ours against, from numpy's and scipy's.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 scipy==1.17.1
    .venv/bin/python interop/make_threshold_goldens.py

Each line of the file is a name, the dimensions in brackets and the numbers. scipy's fit of a tail stops early, so that it is
only where a search for the likelihood's maximum to more digits starts.
"""

from pathlib import Path

import numpy as np
from scipy import optimize, stats

TARGET = Path("core/src/test/resources/dev/hourglass/detect/threshold-golden.txt")


def line(name, values):
    values = np.atleast_1d(values)
    return f"{name} [{len(values)}] {' '.join(repr(float(v)).replace('inf', 'Infinity') for v in values)}\n"


def tail(excesses):
    """Shape and scale of the generalized Pareto distribution by maximum likelihood."""
    shape, _, scale = stats.genpareto.fit(excesses, floc=0)

    def loss(p):
        value = -np.sum(stats.genpareto.logpdf(excesses, p[0], 0, np.exp(p[1])))
        return value if np.isfinite(value) else 1e12

    best = np.array([shape, np.log(scale)])
    for _ in range(5):
        best = optimize.minimize(loss, best, method="Nelder-Mead", options={"xatol": 1e-11, "fatol": 1e-13, "maxiter": 10_000}).x
    return best[0], np.exp(best[1])


def main():
    random = np.random.default_rng(18)
    lines = []
    tails = {
        "heavy": stats.genpareto.rvs(0.4, scale=2, size=200, random_state=random),
        "exponential": random.exponential(0.01, 150),
        "bounded": stats.genpareto.rvs(-0.3, scale=30, size=120, random_state=random),
        "few": random.gamma(2, 1, 25),
    }
    for name, excesses in tails.items():
        excesses = np.round(excesses, 6)
        shape, scale = tail(excesses)
        lines += [
            line(f"{name}-excesses", excesses),
            line(f"{name}-tail", [shape, scale, np.sum(stats.genpareto.logpdf(excesses, shape, 0, scale))]),
            line(f"{name}-exceeded", stats.genpareto.isf([0.5, 0.01, 1e-4], shape, 0, scale)),
        ]
    scores = np.round(random.gamma(2, 0.5, 1500), 5)
    ordered = np.sort(scores)
    lines.append(line("scores", scores))
    for share in (0.5, 0.99, 0.999):
        low, high = stats.binom.ppf([0.025, 0.975], len(scores), share).astype(int)
        lines.append(line(f"quantile-{share}", [
            np.quantile(scores, share),
            ordered[low - 1] if low > 0 else -np.inf,
            ordered[high] if high < len(scores) else np.inf]))
    lines.append(line("deviations-3", scores.mean() + 3 * scores.std(ddof=1)))
    start = np.quantile(scores, 0.95)
    excesses = scores[scores > start] - start
    shape, scale = tail(excesses)
    lines.append(line("peaks", start + stats.genpareto.isf(1e-4 * len(scores) / len(excesses), shape, 0, scale)))
    TARGET.write_text("".join(lines))


main()
