"""Makes core/src/test/resources/hdf5/data.h5: data sets as people keep them, by h5py, of numbers that a test can make again.

    .venv/bin/python make_hdf5_data.py
"""

from pathlib import Path

import h5py
import numpy as np

FILE = Path(__file__).resolve().parent.parent / "core/src/test/resources/hdf5/data.h5"


def main():
    count = np.arange(7 * 3 * 5).reshape(7, 3, 5)
    with h5py.File(FILE, "w") as file:
        train = file.create_group("train")
        train.create_dataset("x", data=(count / 4).astype("<f4"), chunks=(3, 2, 5), compression="gzip", shuffle=True)
        train.create_dataset("y", data=(np.arange(7) % 3).astype("i8"))
        test = file.create_group("test")
        test.create_dataset("x", data=(count[:4] / 8).astype(">f4"))
        test.create_dataset("y", data=(np.arange(4) % 2).astype("u1"))
        file.create_dataset("pictures", data=count[:2].astype("u1"), chunks=(1, 3, 5), compression="gzip")
        # 2^30 + k/1000: 32 bits would lose all that differs.
        file.create_dataset("clock", data=2.0**30 + np.arange(6) / 1000, chunks=(4,), compression="gzip", shuffle=True)
        file.create_dataset("wide", data=np.array([2**40 + 1, -(2**40) - 1], ">i8"))
        file.create_dataset("unsigned", data=np.array([2**63 + 2**12, 3], "u8"))
        file.create_dataset("short", data=np.array([[-300, 300], [1, -1]], ">i2"))
        file.create_dataset("half", data=np.array([0.5, -2], "f2"))
        file.create_dataset("records", data=np.array([(1, 2.0)], [("a", "i4"), ("b", "f4")]))
        file.create_dataset("words", data=["one", "two"])
        file.create_dataset("flags", data=np.array([True, False]))
        file.create_dataset("number", data=3.0)


if __name__ == "__main__":
    main()
