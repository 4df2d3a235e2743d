"""Makes the HDF5 files that ReaderGoldenTest reads: what h5py and Keras write, small and in every accepted variant.

All numbers are k / 8 for k = 0, 1, 2, ... in row-major order, so that the test knows them and every float width holds
them exactly; integers are k - 1. README.md beside this file says which file holds what.

    .venv/bin/python make_hdf5_goldens.py
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py  # noqa: E402
import numpy as np  # noqa: E402

RESOURCES = Path(__file__).resolve().parent.parent / "core/src/test/resources/hdf5"


def ramp(*shape, dtype="<f4"):
    return (np.arange(np.prod(shape, dtype=int)) / 8).reshape(shape).astype(dtype)


def attributes(file):
    """What Keras keeps in attributes, in the ways that h5py may write it."""
    file.attrs["text"] = "größer"
    file.attrs["empty text"] = ""
    file.attrs["fixed"] = np.bytes_("abc")
    file.attrs["texts"] = np.array(["a", "", "größer"], dtype=h5py.string_dtype())
    file.attrs["fixed texts"] = np.array([b"kernel:0", b"bias:0"])
    file.attrs["no texts"] = np.array([])
    file.attrs["whole"] = np.int32(-7)
    file.attrs["large"] = np.int64(1 << 40)
    file.attrs["float"] = np.float64(0.5)


def types(file):
    for dtype in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
        file[f"floats/{dtype[1:]}{'be' if dtype[0] == '>' else 'le'}"] = ramp(2, 3, dtype=dtype)
    for dtype in ["i1", "u1", "<i2", ">u2", "<i4", ">i4", "<u4", "<i8", ">i8"]:
        file[f"wholes/{dtype[-2:]}{'be' if dtype[0] == '>' else 'le'}"] = np.array([126, 0, 1], dtype=dtype)
    file["scalar"] = np.float32(2.5)
    file["iteration"] = np.int64(12)
    file["empty"] = np.zeros((0, 3), np.float32)
    file["names"] = np.array([b"x", b"y"])
    file["flags"] = np.array([True, False])


def chunks(file):
    file.create_dataset("plain", data=ramp(5, 7), chunks=(2, 3))
    file.create_dataset("deflated", data=ramp(40, 7), chunks=(16, 7), compression="gzip")
    file.create_dataset("shuffled", data=ramp(5, 7), chunks=(2, 3), shuffle=True)
    file.create_dataset("both", data=ramp(3, 5, 7), chunks=(2, 2, 4), compression="gzip", shuffle=True)
    file.create_dataset("single", data=ramp(5, 7), chunks=(5, 7), compression="gzip")


def tree(file):
    """Enough names for a symbol table of several nodes, in groups that lie in each other."""
    for i in range(40):
        file[f"wide/d{i:02}"] = np.float32(i)
    file.create_group("a/b/c/d").attrs["depth"] = 4
    file.create_group("hollow")


def write(name, *parts, libver=None):
    path = RESOURCES / name
    with h5py.File(path, "w", libver=libver) as file:
        for part in parts:
            part(file)
    print(f"{path.stat().st_size:8,} {name}")


def keras_models():
    import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            keras.layers.Conv2D(2, 3, padding="same", name="c1"),
            keras.layers.Flatten(),
            keras.layers.Dense(3, name="d1"),
        ]
    )
    model.compile("adam", "mean_squared_error")
    model.fit(np.zeros((2, 4, 4, 1)), np.zeros((2, 3)), verbose=0)
    variables = {v.path: v.numpy() for v in model.variables}
    for i, (path, value) in enumerate(variables.items()):
        model.variables[i].assign(ramp(*value.shape))
    model.save_weights(RESOURCES / "keras.weights.h5")
    model.save(RESOURCES / "keras-legacy.h5")


def hostile():
    """Files that are right, and that a model may not be: each asks the reader to follow something or to guess."""
    (RESOURCES / "hostile").mkdir(exist_ok=True)

    def unwritten(file):
        file.create_dataset("x", (4, 4), "f4", chunks=(2, 2))[0, 0] = 1

    def cycle(file):
        file["a/b/up"] = file.create_group("a/b").parent

    write("hostile/soft-link.h5", lambda f: f.__setitem__("x", h5py.SoftLink("/y")))
    write("hostile/soft-link-latest.h5", lambda f: f.__setitem__("x", h5py.SoftLink("/y")), libver="latest")
    write("hostile/external-link.h5", lambda f: f.__setitem__("x", h5py.ExternalLink("/etc/passwd", "/y")))
    write("hostile/hard-link.h5", lambda f: f.__setitem__("y", f.create_dataset("x", data=ramp(2))))
    write("hostile/cycle.h5", cycle)
    write("hostile/external-storage.h5", lambda f: f.create_dataset("x", (4,), "u1", external=[("/etc/passwd", 0, 4)]))
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(4,))
    write("hostile/virtual.h5", lambda f: f.create_virtual_dataset("x", layout), libver="latest")
    write("hostile/lzf.h5", lambda f: f.create_dataset("x", data=ramp(64), compression="lzf"))
    write("hostile/fletcher32.h5", lambda f: f.create_dataset("x", data=ramp(64), fletcher32=True))
    write("hostile/scale-offset.h5", lambda f: f.create_dataset("x", data=np.arange(64), scaleoffset=0))
    write("hostile/unwritten.h5", lambda f: f.create_dataset("x", (4, 4), "f4"))
    write("hostile/unwritten-chunks.h5", unwritten)
    write("hostile/growing-latest.h5", lambda f: f.create_dataset("x", data=ramp(64), chunks=(8,), maxshape=(None,)), libver="latest")
    write("hostile/many-links-latest.h5", lambda f: [f.create_group(f"g{i}") for i in range(9)], libver="latest")
    write("hostile/many-attributes-latest.h5", lambda f: [f.attrs.__setitem__(f"a{i}", i) for i in range(9)], libver="latest")
    write("hostile/shared-type.h5", lambda f: (f.__setitem__("t", np.dtype("f4")), f.create_dataset("x", (2,), f["t"])))


def sparse():
    """The start of a file with 400 MB of values that nobody wrote: whoever sets its length has the whole of it."""
    path = RESOURCES / "hostile-sparse.head"
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_meta_block_size(1 << 16)  # so that all that is no value lies at the start
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    creation.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    with h5py.File(h5py.h5f.create(os.fsencode(path), h5py.h5f.ACC_TRUNC, fapl=access)) as file:
        for i in range(8):
            space = h5py.h5s.create_simple((12_500_000,))
            h5py.h5d.create(file.id, b"d%d" % i, h5py.h5t.IEEE_F32LE, space, creation)
    os.truncate(path, 3300)


RESOURCES.mkdir(parents=True, exist_ok=True)
write("attributes.h5", attributes)
write("attributes-latest.h5", lambda f: [f.attrs.__setitem__(k, v) for k, v in (("text", "größer"), ("no texts", np.array([])))], libver="latest")
write("types.h5", types)
write("chunks.h5", chunks)
write("chunks-latest.h5", chunks, libver="latest")
write("tree.h5", tree)
keras_models()
hostile()
sparse()
