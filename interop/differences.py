"""How far apart two sides are, and how far that may be."""

import numpy as np

OUTPUT_LIMIT = 1e-5
GRADIENT_LIMIT = 1e-4
VANISHING = 1e-2  # of the largest: gradients below that are rounding, or next to it


def floats(file, shape=(-1,)):
    return np.fromfile(file, "<f4").reshape(shape)


def relative(expected, found):
    """The largest difference; relative to the largest number where that is above 1. Of nothing it is 0."""
    if expected.shape != found.shape:
        raise ValueError(f"numbers of shape {found.shape}, expected {expected.shape}")
    if expected.size == 0:
        return 0.0
    return float(np.abs(expected - found).max() / max(1.0, np.abs(expected).max()))


def by_variable(values, sizes):
    return np.split(values, np.cumsum(sizes)[:-1])


def moments_error(expected, found, sizes):
    """Of each variable's largest moment. Where that is nothing beside the largest of all, as in a bias before a batch
    normalisation, whose gradient is 0 but for rounding, of a fifth of the largest of all: Keras's float32 leaves 1e-5 of
    it there. Second moments are squares: their roots are compared."""
    if expected.shape != found.shape:
        raise ValueError(f"{found.size} moments, expected {expected.size}")
    error = 0.0
    firsts, seconds = zip(np.split(expected, 2), np.split(found, 2))
    for a, b in [firsts, np.sqrt(seconds)]:
        largest = max(np.abs(a).max(), 1e-12)
        for of_a, of_b in zip(by_variable(a, sizes), by_variable(b, sizes)):
            own = np.abs(of_a).max()
            error = max(error, float(np.abs(of_a - of_b).max() / (own if own > VANISHING * largest else 0.2 * largest)))
    return error


def weights_error(expected, found, moments, sizes):
    """Where the gradient counts. Adam divides by its size, so where it is nothing, rounding decides which way a weight
    goes, by the whole learning rate."""
    if expected.shape != found.shape:
        raise ValueError(f"{found.size} weights, expected {expected.size}")
    roots = by_variable(np.sqrt(np.split(moments, 2)[1]), sizes)
    largest = max(root.max() for root in roots)
    counts = [root > VANISHING * (root.max() if root.max() > VANISHING * largest else np.inf) for root in roots]
    counts = np.concatenate(counts)
    return relative(expected[counts], found[counts])
