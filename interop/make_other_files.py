"""Makes the files that OtherKerasFilesTest reads: small models as other versions of Keras wrote them, from what the real
Keras saves. Where an old layout is imitated, the function says which version wrote it and how it differs.

    .venv/bin/python make_other_files.py
"""

import io
import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

import keras2  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "core/src/test/resources/keras/other"
BATCH = 4


def denoiser():
    """Wider in the middle than at the ends, convolutions and dense layers twice each, for the numbering."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            L.Conv2D(6, 3, padding="same", activation="relu", name="a"),
            L.MaxPooling2D(2, padding="same", name="b"),
            L.Dense(4, activation="relu", name="c"),
            L.UpSampling2D(2, name="d"),
            L.Dense(3, name="e"),
            L.Conv2D(1, 3, padding="same", activation="sigmoid", name="f"),
        ],
        name="denoiser",
    )
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model


def save(model, path):
    model.save(path)
    return Path(path)


def moved(source, target, rename):
    """The same .keras with the groups of its weights under other names."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in ("metadata.json", "config.json"):
            new.writestr(name, old.read(name))
        bytes_ = io.BytesIO()
        with h5py.File(io.BytesIO(old.read("model.weights.h5"))) as weights, h5py.File(bytes_, "w") as copy:

            def visit(name, item):
                if isinstance(item, h5py.Dataset) and name.startswith("layers/"):
                    group, last = rename(name).rsplit("/vars/", 1)
                    copy.require_group(group).require_group("vars").create_dataset(last, data=item[()])

            weights.visititems(visit)
        new.writestr("model.weights.h5", bytes_.getvalue())


def in_twos(name):
    """Keras 2.13 and 2.14: _layer_checkpoint_dependencies, and a layer with variables counts twice."""
    name = name.replace("layers/", "_layer_checkpoint_dependencies/", 1)
    return name.replace("conv2d_1/", "conv2d_2/").replace("dense_1/", "dense_2/")


def on_windows(name):
    """Keras 2.15 under Windows joined by a backslash, which HDF5 takes for a part of the name."""
    return name.replace("layers/", "layers\\", 1)


def listed(source, target):
    """Keras up to 2.2.2: the configuration of a Sequential is its list of layers."""
    keras2.rewrite(source, target)
    with h5py.File(target, "a") as file:
        config = json.loads(file.attrs["model_config"])
        layers = config["config"]["layers"]
        layers[1]["config"]["batch_input_shape"] = layers[0]["config"]["batch_input_shape"]
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers[1:]}).encode()


def with_adam(source, target, kind):
    """Keras 2's Adam: with 2.12's class, m and v variable by variable; or 2.3's, all m, all v and placeholders, and lr."""
    shutil.copy(source, target)
    with h5py.File(target, "a") as file:
        old = file["optimizer_weights"]
        names = list(old.attrs["weight_names"])
        values = [old[name][()] for name in names]
        del file["optimizer_weights"]
        steps, slots = np.int64(values[0]), values[2:]
        config = json.loads(file.attrs["training_config"])
        optimizer = config["optimizer_config"]
        if kind == "custom":
            optimizer["class_name"] = "Custom>Adam"
            named = [("iteration:0", steps)]
            named += [(f"Adam/{'mv'[i % 2]}/x{i // 2}:0", value) for i, value in enumerate(slots)]
        else:
            optimizer["config"] = {"lr": 0.001, "beta_1": 0.9, "beta_2": 0.999, "decay": 0.0, "epsilon": 1e-7, "amsgrad": False}
            named = [("Adam/iterations:0", steps)]
            named += [(f"m_{i}:0", value) for i, value in enumerate(slots[0::2])]
            named += [(f"v_{i}:0", value) for i, value in enumerate(slots[1::2])]
            named += [(f"vhat_{i}:0", np.zeros(1, np.float32)) for i in range(len(slots) // 2)]
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = keras2.fixed_length([name for name, _ in named])
        for name, value in named:
            group.create_dataset(name, data=value)
        file.attrs["training_config"] = json.dumps(config)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    keras.utils.set_random_seed(7)
    model = denoiser()
    inputs = np.random.default_rng(7).random((BATCH, 8, 8, 1), dtype=np.float32)
    outputs = model.predict(inputs, verbose=0)
    (FOLDER / "denoiser.bin").write_bytes(inputs.tobytes() + outputs.astype("<f4").tobytes())
    with tempfile.TemporaryDirectory() as scratch:
        whole = save(model, Path(scratch) / "m.keras")
        legacy = save(model, Path(scratch) / "m.h5")
        moved(whole, FOLDER / "in_twos.keras", in_twos)
        moved(whole, FOLDER / "on_windows.keras", on_windows)
        listed(legacy, FOLDER / "listed.h5")
        shutil.copy(legacy, FOLDER / "hdf5_by_another_name.keras")
        (FOLDER / "architecture.json").write_text(model.to_json())
        model.save_weights(FOLDER / "keras3.weights.h5")
        # Keras 2's save_weights: the groups of the layers lie at the root.
        keras2.rewrite(legacy, Path(scratch) / "k2.h5")
        with h5py.File(Path(scratch) / "k2.h5") as old, h5py.File(FOLDER / "keras2_weights.h5", "w") as new:
            for name, value in old["model_weights"].attrs.items():
                new.attrs[name] = value
            for name in old["model_weights"]:
                old.copy(old["model_weights"][name], new, name)
        with h5py.File(Path(scratch) / "k2.h5") as old:
            (FOLDER / "architecture_keras2.json").write_text(old.attrs["model_config"].decode()
                if isinstance(old.attrs["model_config"], bytes) else old.attrs["model_config"])
    model.fit(inputs, inputs, epochs=2, verbose=0)
    trained = save(model, FOLDER / "trained.h5")
    with_adam(trained, FOLDER / "custom_adam.h5", "custom")
    with_adam(trained, FOLDER / "vhat_adam.h5", "vhat")
    (FOLDER / "pointer.h5").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 123456\n"
    )
    for file in sorted(FOLDER.iterdir()):
        print(file.name, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
