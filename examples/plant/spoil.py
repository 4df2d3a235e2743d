#!/usr/bin/env python3
"""Spoils a share of a plant's normal rows, as if nobody had looked: sensors that are stuck, drift or show what was half a day before.

    python3 spoil.py plant/train.csv plant/dirty.csv [--share 0.08] [--seed 7]
"""
import argparse
import csv
import random

LENGTHS = {"stuck": 120, "drift": 300, "broken": 180}


def spoil(rows, column, share, draw):
    """Changes rows in place; returns which share was."""
    spoiled = [False] * len(rows)
    while sum(spoiled) < share * len(rows):
        kind = draw.choice(list(LENGTHS))
        length = LENGTHS[kind]
        start = draw.randrange(1000, len(rows) - length)
        if any(spoiled[start : start + length]):
            continue
        before = [rows[row - 720][column["power"]] for row in range(start, start + length)]
        for i, row in enumerate(range(start, start + length)):
            if kind == "stuck":
                rows[row][column["pressure"]] = rows[start][column["pressure"]]
            elif kind == "drift":
                value = float(rows[row][column["outlet_temp"]]) + 6 * i / length
                rows[row][column["outlet_temp"]] = str(value)
            else:
                rows[row][column["power"]] = before[i]
            spoiled[row] = True
    return sum(spoiled) / len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--share", type=float, default=0.08)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with open(options.source, newline="") as source:
        head, *rows = csv.reader(source)
    share = spoil(rows, {name: i for i, name in enumerate(head)}, options.share, random.Random(options.seed))
    with open(options.target, "w", newline="") as target:
        csv.writer(target).writerows([head, *rows])
    print(f"{share:.1%} of the rows are spoiled")


if __name__ == "__main__":
    main()
