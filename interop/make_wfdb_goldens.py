"""Writes the WFDB records that WfdbRowsTest reads, and beside each its samples in units, as CSV.

The formats are those of PhysioNet's signal(5), header(5) and annot(5). Samples are packed here as strings of bits, digit by digit,
so that nothing is shared with the shifts and masks of the reader. Run from the repository's root, with any Python 3:

    python3 interop/make_wfdb_goldens.py
"""

import random
from pathlib import Path

TARGET = Path("core/src/test/resources/data/wfdb")
FUZZ = Path("core/src/test/resources/fuzz/WfdbFuzzTest")


def bits(number, width):
    """Two's complement, the highest digit first."""
    return format(number % 2**width, f"0{width}b")


def octets(text):
    """Bytes of a number in binary, the lowest first."""
    assert len(text) % 8 == 0
    return bytes(int(text[i : i + 8], 2) for i in range(len(text) - 8, -1, -8))


def pack(form, samples):
    out = b""
    width = {212: 2, 310: 3, 311: 3}.get(form, 1)
    for i in range(0, len(samples), width):
        group = samples[i : i + width]
        needed = {(212, 1): 2, (310, 1): 2, (310, 2): 4, (311, 1): 2, (311, 2): 3}.get((form, len(group)))
        group = group + [0] * (width - len(group))
        if form == 80:
            packed = bytes([group[0] + 128])
        elif form == 160:
            packed = (group[0] + 32768).to_bytes(2, "little")
        elif form == 61:
            packed = octets(bits(group[0], 16))[::-1]
        elif form in (16, 24, 32):
            packed = octets(bits(group[0], form))
        elif form == 212:
            first, second = (bits(x, 12) for x in group)
            packed = octets(first[4:]) + octets(second[:4] + first[:4]) + octets(second[4:])
        elif form == 310:
            first, second, third = (bits(x, 10) for x in group)
            packed = octets(third[5:] + first + "0") + octets(third[:5] + second + "0")
        elif form == 311:
            first, second, third = (bits(x, 10) for x in group)
            packed = octets("00" + third + second + first)
        out += packed if needed is None else packed[:needed]
    return out


def record(name, form, rows=25, signals=2, gain=200, baseline=1024, line="", prolog=0, lasts=True):
    randoms = random.Random(form)
    width = {80: 8, 212: 12, 310: 10, 311: 10, 61: 16, 160: 16}.get(form, form)
    lowest, highest = -(2 ** (width - 1)) + 1, 2 ** (width - 1) - 1
    values = [[randoms.randint(lowest, highest) for _ in range(signals)] for _ in range(rows)]
    values[0] = [highest] * signals
    values[1] = [lowest] * signals
    values[3][0] = lowest - 1  # not measured
    flat = [x for row in values for x in row]
    (TARGET / f"{name}.dat").write_bytes(b"\xff" * prolog + pack(form, flat))
    length = f" {rows}" if lasts else ""
    header = f"{name} {signals} 360{length}{line}\n"
    for i in range(signals):
        offset = f"+{prolog}" if prolog else ""
        header += f"{name}.dat {form}{offset} {gain}({baseline})/mV 12 0 {values[0][i]} 0 0 lead {i + 1}\n"
    (TARGET / f"{name}.hea").write_text(header + "# 69 M\n")
    lines = [",".join(f"lead {i + 1}" for i in range(signals))]
    for row in values:
        lines.append(",".join("" if x == lowest - 1 else repr((x - baseline) / gain) for x in row))
    (TARGET / f"{name}.csv").write_text("\n".join(lines) + "\n")


def mark(kind, since):
    return octets(bits(kind, 6) + bits(since, 10))


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    for form in (80, 16, 24, 32, 61, 160, 212, 310, 311):
        record(f"f{form}", form, signals=3 if form == 212 else 2, gain=200.5 if form == 24 else 200)
    record("timed", 16, line=" 13:05:00.5 25/04/1989", prolog=7)
    # A rhythm with a text of five letters, N at 3, V 6 later, noise, and behind a long step of 70,000 an A.
    marks = mark(28, 1) + mark(63, 5) + b"(SVTA\0" + mark(1, 2) + mark(5, 6) + mark(61, 3) + mark(14, 1)
    high, low = octets(bits(70_000 >> 16, 16)), octets(bits(70_000 & 0xFFFF, 16))
    marks += mark(59, 0) + high + low + mark(8, 0) + bytes(2)
    (TARGET / "timed.atr").write_bytes(marks)
    FUZZ.mkdir(parents=True, exist_ok=True)
    for name in ("f16", "f212", "f310", "f311", "timed"):
        dat = (TARGET / f"{name}.dat").read_bytes()
        hea = (TARGET / f"{name}.hea").read_bytes()
        atr = (TARGET / f"{name}.atr").read_bytes() if name == "timed" else b""
        # The target takes header, marks and samples from one input, each with its length before it.
        parts = b"".join(len(part).to_bytes(2, "big") + part for part in (hea.replace(name.encode(), b"r"), atr, dat))
        (FUZZ / name).write_bytes(parts)


if __name__ == "__main__":
    main()
