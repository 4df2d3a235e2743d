"""Writes the Parquet files that ParquetRowsTest reads, with pandas and pyarrow, and beside each what they read of it, as CSV.

Run from the repository's root, in any virtual environment:

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 pandas==3.0.6 pyarrow==25.0.1
    .venv/bin/python interop/make_parquet_goldens.py
"""

import decimal
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

TARGET = Path("app/src/test/resources/data/parquet")
FUZZ = Path("app/src/test/resources/fuzz/ParquetFuzzTest")


def frame(rows=40):
    i = np.arange(rows)
    flow = np.sin(i / 7) * 10
    flow[[3, 4, 17]] = np.nan
    return pd.DataFrame(
        {
            "time": pd.date_range("2024-03-30 22:00", periods=rows, freq="15min"),
            "flow": flow,
            "level": (i * i).astype("i4"),
            "open": i % 3 == 0,
            "state": np.where(i // 10 % 2 == 0, "ok", 'a, "b"'),
        }
    )


def save(name, data, **how):
    """As pandas or pyarrow write it; the CSV has what pandas reads of it."""
    file = TARGET / f"{name}.parquet"
    if isinstance(data, pa.Table):
        pq.write_table(data, file, **how)
    else:
        data.to_parquet(file, **how)
    back = pd.read_parquet(file)
    for column in back:
        if back[column].dtype == bool:
            back[column] = back[column].astype(int)
        elif str(back[column].dtype) in ("float16", "float32"):
            back[column] = back[column].astype("f8")  # with all digits
    back.to_csv(TARGET / f"{name}.csv", index=not isinstance(back.index, pd.RangeIndex), index_label="index")


def packings():
    """Pages of texts, of numbers that repeat, of noise and of one value, packed in each way; what is in them is the same."""
    generator = np.random.default_rng(17)
    i = np.arange(6_000)
    table = pa.table(
        {
            "noise": generator.normal(0, 1, i.size).astype("f4"),
            "wave": np.round(np.sin(i / 50) * 100, 1),
            "level": (i // 7 % 300).astype("i4"),
            "zero": np.zeros(i.size),
            "state": np.array(["normal", "warning: too hot", "off"])[generator.choice(3, i.size, p=[0.9, 0.05, 0.05])],
        }
    )
    plain = {"use_dictionary": False, "write_statistics": False}
    for name, codec, level in [
        ("none", "none", None),
        ("zstd", "zstd", 1),
        ("zstd-strong", "zstd", 19),
        ("zstd-fast", "zstd", -5),
        ("lz4", "lz4", None),
    ]:
        pq.write_table(table, TARGET / f"packed-{name}.parquet", compression=codec, compression_level=level, **plain)


def main():
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    save("pandas", frame())
    save("groups", frame(), row_group_size=7, compression="gzip")
    table = pa.Table.from_pandas(frame(), preserve_index=False)
    save("plain", table, compression=None, use_dictionary=False, write_page_index=True, data_page_size=64)
    save("second", table, data_page_version="2.0", write_page_index=True, max_rows_per_page=16)
    packed = {"time": "DELTA_BINARY_PACKED", "flow": "BYTE_STREAM_SPLIT", "level": "DELTA_BINARY_PACKED"}
    packed |= {"open": "RLE", "state": "DELTA_BYTE_ARRAY"}
    save("encodings", table, use_dictionary=False, column_encoding=packed, data_page_version="2.0")

    kinds = {}
    for kind in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]:
        limits = np.iinfo(kind) if kind[0] in "iu" else np.finfo(np.dtype(kind) if kind != "f8" else "f4")
        kinds[kind] = np.array([limits.min, limits.max, 1, 0], dtype=kind)
    kinds = {name: pa.array(values) for name, values in kinds.items()}
    kinds["dec"] = pa.array([decimal.Decimal(text) for text in ["-1.25", "0.00", "99999.99", "3.50"]])
    kinds["gaps"] = pa.array([None, 1, None, 2], type=pa.int16())
    kinds["none"] = pa.nulls(4)
    save("kinds", pa.table(kinds))

    moments = pd.to_datetime(["1969-12-31T23:59:59.001", "2024-02-29T12:00:00", "2262-01-01T00:00:00.5"], format="ISO8601")
    for unit in ["ms", "us", "ns"]:
        for zone in [None, "Europe/Berlin"]:
            times = pa.array(moments.as_unit("ns"), type=pa.timestamp(unit, tz=zone))
            data = pa.table({"at": times, "x": pa.array([1.5, 2.5, 4.0])})
            save(f"times-{unit}{'-zoned' if zone else ''}", data)
    dates = pa.array([d.date() for d in moments])
    clock = pa.array([d.time() for d in moments])
    save("dates", pa.table({"day": dates, "clock": clock, "x": pa.array([1.5, 2.5, 4.0])}))
    save("int96", pa.table({"at": pa.array(moments), "x": [1.5, 2.5, 4.0]}), use_deprecated_int96_timestamps=True)

    indexed = frame().drop(columns=["time"]).set_index(pd.date_range("2024-01-01", periods=40, freq="h"))
    save("indexed", indexed)

    pq.write_table(pa.table({"x": [1.0, 2.0], "xs": [[1, 2], [3]]}), TARGET / "nested.parquet")
    packings()
    pq.write_table(pa.table({"x": np.zeros(300_000)}), TARGET / "zeros.parquet")

    pq.write_table(pa.table({"x": [1.0, 2.0]}), TARGET / "brotli.parquet", compression="brotli")

    shutil.rmtree(FUZZ, ignore_errors=True)
    FUZZ.mkdir(parents=True)
    for name in ["pandas", "groups", "second", "encodings", "kinds", "times-ns", "int96", "nested"]:
        shutil.copy(TARGET / f"{name}.parquet", FUZZ)
    for codec in ["zstd", "lz4"]:
        pq.write_table(table, FUZZ / f"{codec}.parquet", compression=codec)


if __name__ == "__main__":
    main()
