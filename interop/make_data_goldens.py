"""Writes the files of data that tests read, with the libraries that people write them with.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 pandas scipy pyarrow
    .venv/bin/python interop/make_data_goldens.py

Numbers are i / 2 - 2 with i from 0, row-major, unless a line says otherwise.
"""

import wave
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.io.arff
import scipy.io.wavfile
import scipy.signal

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


def tables():
    """Text, which no library writes but pandas; scipy reads the ARFF and must find what the tests find."""
    folder = TARGET / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    write = lambda name, text: (folder / name).write_text(text)
    write(
        "multivariate.ts",
        "#a comment\n@problemName Two\n@timeStamps false\n@missing true\n@univariate false\n@dimensions 2\n"
        "@equalLength true\n@seriesLength 3\n@classLabel true up down\n@data\n"
        "1,2,3:0.5,0.25,?:up\n4,5,6:-1,-2e-1,NaN:down\n",
    )
    write(
        "unequal.ts",
        "@problemName One\n@timeStamps false\n@equalLength false\n@classLabel false\n@data\n1,2,3\n4,5\n6,7,8,9\n",
    )
    write("Gun_TRAIN.tsv", "1\t0.5\t-1.5\t2\n2\t1\t2\tNaN\n1\t3\t4\t5\n")
    write("Old_TEST.txt", "  1.0000000e+00   5.0e-01  -1.5e+00   2\n  -1.0000000e+00   1   2   3\n")
    write(
        "dense.arff",
        "% a comment\n@relation 'a b'\n@attribute 'flow rate' numeric\n@ATTRIBUTE pressure REAL\n"
        "@attribute state {ok, bad}\n@data\n1.5, ?, ok\n% between\n2,-3e2,bad\n",
    )
    write(
        "sparse.arff",
        "@relation s\n@attribute a numeric\n@attribute b numeric\n@attribute c {x,y}\n@data\n"
        "{1 2.5, 2 y}\n{0 -1}\n{}\n",
    )
    write(
        "relational.arff",
        "@relation r\n@attribute bag relational\n@attribute t0 numeric\n@attribute t1 numeric\n@end bag\n"
        "@attribute class {a,b}\n@data\n'1,2\\n3,4',a\n\"5,6\\n7,8\",b\n",
    )
    data, meta = scipy.io.arff.loadarff(folder / "dense.arff")
    np.testing.assert_array_equal(data["flow rate"], [1.5, 2])
    np.testing.assert_array_equal(data["pressure"], [np.nan, -300])
    assert list(data["state"]) == [b"ok", b"bad"] and meta.names() == ["flow rate", "pressure", "state"]
    frame = pd.DataFrame(
        {
            "time": pd.date_range("2024-01-01", periods=3, freq="1min"),
            "flow": [0.1, np.nan, 1e-7],
            "level": [1, 2, 3],
            "state": ["ok", "a, \"b\"", "ok"],
        }
    )
    frame.to_json(folder / "records.jsonl", orient="records", lines=True, date_format="iso")
    frame.to_json(folder / "records.json", orient="records", date_format="iso")
    write("series.jsonl", '{"x": [1, 2, 3], "y": [4, 5, 6], "kind": "a"}\n{"x": [7, 8], "y": [9, 10], "kind": "b"}\n')
    write("steps.jsonl", "[[1, 2], [3, 4]]\n[[5, 6], [7, 8]]\n")
    for target, names in {
        "TsFuzzTest": ["multivariate.ts", "unequal.ts"],
        "ArffFuzzTest": ["dense.arff", "sparse.arff", "relational.arff"],
        "JsonRowsFuzzTest": ["records.jsonl", "series.jsonl", "steps.jsonl"],
    }.items():
        corpus = FUZZ / target
        corpus.mkdir(parents=True, exist_ok=True)
        for name in names:
            (corpus / name).write_bytes((folder / name).read_bytes())


def mat():
    folder = TARGET / "mat"
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        "x": numbers(4, 3, 2, dtype="f8"),
        "y": np.array([0.0, 1, 0, 2]),
        "note": "text",
        "cell": np.array([1, "a"], dtype=object),
        "wave": numbers(4, 2) + 1j,
    }
    scipy.io.savemat(folder / "plain.mat", arrays)
    scipy.io.savemat(folder / "packed.mat", arrays, do_compression=True)
    kinds = {t: (numbers(3, 2) * 2 + 4).astype(t) for t in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]}
    scipy.io.savemat(folder / "kinds.mat", kinds)
    scipy.io.savemat(folder / "text.mat", {"note": "text"})
    corpus = FUZZ / "MatFuzzTest"
    corpus.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        (corpus / file.name).write_bytes(file.read_bytes())


def wav():
    """Frames are -1, -0.5, 0 and 0.5 in two channels, of which the second is the first, negated and halved."""
    folder = TARGET / "wav"
    folder.mkdir(parents=True, exist_ok=True)
    first = np.array([-1, -0.5, 0, 0.5])
    frames = np.stack([first, 0 - first / 2], axis=1)
    scipy.io.wavfile.write(folder / "u8.wav", 8000, (frames * 128 + 128).astype("u1"))
    scipy.io.wavfile.write(folder / "i16.wav", 8000, (frames * 2**15).astype("i2"))
    scipy.io.wavfile.write(folder / "i32.wav", 8000, (frames * 2.0**31).astype("i4"))
    scipy.io.wavfile.write(folder / "f32.wav", 8000, frames.astype("f4"))
    scipy.io.wavfile.write(folder / "f64.wav", 8000, frames)
    with wave.open(str(folder / "i24.wav"), "wb") as file:
        file.setparams((2, 3, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(int(x * 2**23).to_bytes(3, "little", signed=True) for x in frames.ravel()))
    rate, read = scipy.io.wavfile.read(folder / "i24.wav")
    np.testing.assert_array_equal(read / 2.0**31, frames)
    corpus = FUZZ / "WavFuzzTest"
    corpus.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        (corpus / file.name).write_bytes(file.read_bytes())


def slaney_mel(hertz):
    """Slaney's scale (Auditory Toolbox, 1998): linear up to 1 kHz, then 27 mels for a factor of 6.4."""
    return np.where(hertz < 1000, hertz * 3 / 200, 15 + 27 * np.log(np.maximum(hertz, 1e-9) / 1000) / np.log(6.4))


def slaney_hertz(mel):
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))


def spectrogram():
    """A sweep with a quieter tone in the other channel, and the spectrogram of their mean; a line a spectrum.

    The formula is the one that librosa documents for melspectrogram (Slaney's bands of equal area) and power_to_db,
    with center=False and top_db=None; the numbers of librosa 0.11.0 in double precision are the same within 1e-9.
    """
    folder = TARGET / "wav"
    rate, length, mels, window, hop = 8000, 4000, 20, 512, 200
    t = np.arange(length) / rate
    left = 0.6 * np.sin(2 * np.pi * (200 * t + 3000 * t**2))
    right = 0.1 * np.sin(2 * np.pi * 1500 * t)
    frames = (np.stack([left, right], axis=1) * 2**15).astype("i2")
    frames[3000:] = 0
    scipy.io.wavfile.write(folder / "sweep.wav", rate, frames)
    mean = (frames / 2**15).mean(axis=1)
    hann = scipy.signal.get_window("hann", window, fftbins=True)
    starts = range(0, length - window + 1, hop)
    power = np.stack([np.abs(np.fft.rfft(mean[at : at + window] * hann)) ** 2 for at in starts])
    edges = slaney_hertz(np.linspace(0, slaney_mel(np.array(rate / 2)), mels + 2))
    frequencies = np.fft.rfftfreq(window, 1 / rate)
    rising = (frequencies - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - frequencies) / (edges[2:] - edges[1:-1])[:, None]
    bands = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    decibels = 10 * np.log10(np.maximum(1e-10, power @ bands.T))
    np.savetxt(folder / "sweep-mel.csv", decibels, delimiter=",", fmt="%.9f")


def main():
    npz()
    mat()
    wav()
    spectrogram()
    tables()


if __name__ == "__main__":
    main()
