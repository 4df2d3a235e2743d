"""Writes the files of data that tests read, with the libraries that people write them with.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6
    .venv/bin/python interop/make_data_goldens.py

Numbers are i / 2 - 2 with i from 0, row-major, unless a line says otherwise.
"""

from pathlib import Path

import numpy as np

TARGET = Path("core/src/test/resources/data")
FUZZ = Path("core/src/test/resources/fuzz")


def numbers(*shape, dtype="f4"):
    return (np.arange(np.prod(shape)).reshape(shape) / 2 - 2).astype(dtype)


def npz():
    folder = TARGET / "npz"
    folder.mkdir(parents=True, exist_ok=True)
    split = {
        "x_train": numbers(4, 3, 2),
        "y_train": np.array([0, 1, 0, 1]),
        "x_test": numbers(2, 3, 2, dtype="f8"),
        "y_test": np.array([[1], [0]], dtype="u1"),
    }
    np.savez(folder / "split.npz", **split)
    np.savez_compressed(folder / "split-deflated.npz", **split)
    np.savez(folder / "alone.npz", numbers(3, 2))
    np.savez(folder / "several.npz", first=numbers(3, 2), second=numbers(2, 2))
    np.savez(folder / "words.npz", data=numbers(2, 2), labels=np.array(["a", "b"]))
    np.savez_compressed(folder / "bytes.npz", images=np.arange(12, dtype="u1").reshape(3, 2, 2))
    corpus = FUZZ / "NpzFuzzTest"
    corpus.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        (corpus / file.name).write_bytes(file.read_bytes())


def main():
    npz()


if __name__ == "__main__":
    main()
