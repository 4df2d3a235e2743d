"""Writes the arrays that NpyFileTest reads, with the real NumPy, and reads back what NpyWriter wrote.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6
    .venv/bin/python interop/make_npy_goldens.py

The numbers are i / 2 - 2 for fractions, i - 3 for whole numbers with a sign and 20 i for bytes, with i from 0 row-major;
of bool, every third is True.
"""

from pathlib import Path

import numpy as np

TARGET = Path("core/src/test/resources/npy")
SHAPE = (3, 2, 2)


def numbers(dtype):
    i = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    if np.dtype(dtype).kind == "f":
        return (i / 2 - 2).astype(dtype)
    return (i * 20 if np.dtype(dtype).kind == "u" else i - 3).astype(dtype)


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    for dtype in ["|u1", "|i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
        order = {"<": "little-", ">": "big-", "|": ""}[dtype[0]]
        np.save(TARGET / f"{order}{dtype[1:]}.npy", numbers(dtype))
    for version in [(1, 0), (2, 0), (3, 0)]:
        with open(TARGET / f"version-{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, numbers("<f4"), version=version)
    np.save(TARGET / "b1.npy", np.arange(np.prod(SHAPE)).reshape(SHAPE) % 3 == 0)
    np.save(TARGET / "fortran.npy", np.asfortranarray(numbers("<f4")))
    np.save(TARGET / "records.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    np.save(TARGET / "complex.npy", np.zeros((2, 2), dtype="<c8"))
    np.save(TARGET / "scalar.npy", np.float32(1))
    np.save(TARGET / "empty.npy", np.zeros((0, 4), dtype="<f4"))
    np.save(TARGET / "labels.npy", np.array([7, 2, 1], dtype="<i8"))
    np.save(TARGET / "negative-labels.npy", np.array([7, -2, 1], dtype="<i8"))

    # The bytes of NpyWriter, which RowFileTest makes the same: NumPy must read them.
    written = np.load(TARGET / "written-by-hourglass.npy", allow_pickle=False)
    np.testing.assert_array_equal(written, numbers("<f4"))
    assert written.dtype == np.dtype("<f4") and written.flags.c_contiguous


if __name__ == "__main__":
    main()
