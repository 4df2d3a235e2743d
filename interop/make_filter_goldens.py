"""What SciPy's and scikit-image's filters make of small images and a series; read by NoiseFilterTest.

    python interop/make_filter_goldens.py
"""

from pathlib import Path

import numpy as np
import scipy
import skimage
from scipy import ndimage
from skimage.restoration import denoise_nl_means, denoise_wavelet

FILE = Path(__file__).parent.parent / "core/src/test/resources/dev/hourglass/detect/filters-golden.txt"


def image(height, width, channels):
    """Between 0.2 and 0.8, so that nothing is clipped."""
    rng = np.random.default_rng(height * 1000 + width)
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    smooth = 0.5 + 0.12 * np.sin(0.3 * y + c) + 0.1 * np.cos(0.25 * x)
    return np.clip(smooth + rng.normal(0, 0.05, smooth.shape), 0.2, 0.8).astype(np.float32)


def channels(values, function):
    return np.stack([function(values[..., c]) for c in range(values.shape[-1])], axis=-1)


def median(values, side):
    return channels(values, lambda plane: ndimage.median_filter(plane, side, mode="reflect"))


def gaussian(values, sigma):
    return channels(values.astype(float), lambda plane: ndimage.gaussian_filter(plane, sigma, mode="reflect", truncate=4))


def approximate_exp(y):
    """scikit-image's: the number whose upper 32 bits are a linear function of y (Schraudolph 1999)."""
    upper = (1512775 * y + (1072693248 - 60801)).astype(np.int32).astype(np.int64)
    return (upper << 32).view(np.float64)


def formula(values, h, exp, left_out):
    """Non-local means by its definition, with patches of 5x5 less so many first rows and columns and a distance of 5."""
    height, width, depth = values.shape
    padded = np.pad(values.astype(float), ((7, 7), (7, 7), (0, 0)), mode="reflect")
    sums, weights = np.zeros(values.shape), np.zeros((height, width, 1))
    wide = padded[5:-5, 5:-5]
    for dy in range(-5, 6):
        for dx in range(-5, 6):
            other = padded[5 + dy:5 + dy + height + 4, 5 + dx:5 + dx + width + 4]
            squares = ((wide - other) ** 2).sum(axis=-1)
            windows = np.lib.stride_tricks.sliding_window_view(squares, (5, 5))
            patches = windows[..., left_out:, left_out:].sum(axis=(2, 3))
            distance = patches / (25 * depth * h * h)
            weight = np.where(distance > 5, 0, exp(-distance))[..., None]
            weights += weight
            sums += weight * other[2:-2, 2:-2]
    return sums / weights


def non_local(values, h):
    """By the exact exponential and whole patches; with scikit-image's approximation, and without the first row and column
    of each patch, which its integral image misses, it must be scikit-image's result."""
    theirs = denoise_nl_means(values, patch_size=5, patch_distance=5, h=h, fast_mode=True, channel_axis=-1)
    np.testing.assert_allclose(formula(values, h, approximate_exp, 1), theirs.reshape(values.shape), atol=1e-5)
    return formula(values, h, np.exp, 0)


def wavelet(values, sigma):
    return channels(values.astype(float), lambda plane: denoise_wavelet(
        plane, sigma=sigma, wavelet="db1", mode="soft", method="BayesShrink", rescale_sigma=False))


def line(kind, strength, values):
    shape = "x".join(str(size) for size in values.shape)
    return f"{kind} {strength} {shape} " + " ".join(f"{value:.6g}" for value in values.ravel()) + "\n"


with FILE.open("w") as out:
    out.write(f"# by make_filter_goldens.py with scipy {scipy.__version__}, scikit-image {skimage.__version__}\n")
    for values in (image(17, 12, 1), image(12, 13, 3)):
        out.write(line("input", 0, values))
        out.write(line("median", 3, median(values, 3)))
        out.write(line("median", 5, median(values, 5)))
        out.write(line("gaussian", 0.7, gaussian(values, 0.7)))
        out.write(line("gaussian", 2.5, gaussian(values, 2.5)))
        out.write(line("wavelet", 0.05, wavelet(values, 0.05)))
        out.write(line("non_local", 0.06, non_local(values, 0.06)))
        out.write(line("non_local", 0.2, non_local(values, 0.2)))
    values = image(40, 34, 1)  # large enough for two levels of wavelets
    out.write(line("input", 0, values))
    out.write(line("wavelet", 0.05, wavelet(values, 0.05)))
    series = image(61, 2, 1)[..., 0]
    out.write(line("input", 0, series))
    out.write(line("median", 7, channels(series, lambda steps: ndimage.median_filter(steps, 7, mode="reflect"))))
    out.write(line("gaussian", 1.5, channels(
        series.astype(float), lambda steps: ndimage.gaussian_filter1d(steps, 1.5, mode="reflect"))))
    out.write(line("wavelet", 0.05, wavelet(series, 0.05)))
