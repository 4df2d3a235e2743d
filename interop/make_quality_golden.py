"""Writes the golden values that ImageQualityTest holds PSNR and SSIM against, by the real scikit-image.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 scikit-image==0.26.0
    .venv/bin/python interop/make_quality_golden.py

Each line of the file is a name, the dimensions in brackets and the numbers, row-major.
"""

from pathlib import Path

import numpy as np
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

TARGET = Path("core/src/test/resources/dev/hourglass/evaluate/quality-golden.txt")


def pair(random, height, width, channels, noise):
    """A smooth pattern with an edge, and what noise and blur leave of it; float32 in 0..1."""
    rows, columns = np.mgrid[:height, :width, :channels][:2]
    image = 0.5 + 0.3 * np.sin(rows / 3 + random.uniform(0, 6)) * np.cos(columns / 4) + 0.2 * (columns > width / 2)
    image = np.clip(image, 0, 1)
    rebuilt = 0.7 * image + 0.3 * image.mean() + noise * random.normal(size=image.shape)
    return image.astype(np.float32), np.clip(rebuilt, 0, 1).astype(np.float32)


def main():
    random = np.random.default_rng(11)
    lines = []
    for name, shape, noise in [("grey", (13, 17, 1), 0.05), ("colour", (16, 12, 3), 0.2), ("least", (11, 11, 2), 0.01)]:
        pairs = [pair(random, *shape, noise) for _ in range(3)]
        quality = []
        for image, rebuilt in pairs:
            image, rebuilt = image.astype(np.float64), rebuilt.astype(np.float64)
            quality.append(peak_signal_noise_ratio(image, rebuilt, data_range=1))
            quality.append(
                structural_similarity(
                    image,
                    rebuilt,
                    data_range=1,
                    channel_axis=-1,
                    gaussian_weights=True,
                    sigma=1.5,
                    use_sample_covariance=False,
                )
            )
        images, rebuilt = (np.array(part) for part in zip(*pairs))
        for what, values in [("images", images), ("rebuilt", rebuilt), ("quality", np.array(quality))]:
            numbers = " ".join(repr(float(v)) for v in values.ravel())
            lines.append(f"{name}-{what} {list(values.shape)} {numbers}\n")
    TARGET.write_text("".join(lines))


if __name__ == "__main__":
    main()
