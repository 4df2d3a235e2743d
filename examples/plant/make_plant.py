#!/usr/bin/env python3
"""Makes a plant of six correlated channels, a row a minute: train.csv, normal; new.csv, with four faults; faults.csv, which they are.

    python3 make_plant.py [--seed 1] [--rows 20000] [--new-rows 6000] [--out DIR]

Needs nothing but Python. Load follows the day and wanders; pump, motor and exchanger follow the load and the air outside, each with its
delay and its noise. The faults: a pressure sensor that is stuck, an outlet temperature that drifts, a motor power that no longer follows
the load, and a spike of vibration.
"""
import argparse
import csv
import datetime
import math
import os
import random

CHANNELS = ["flow", "pressure", "power", "inlet_temp", "outlet_temp", "vibration"]


def plant(rows, draw, start_row):
    """Rows of all channels without a fault."""
    load, weather, valve, flow_before, outlet = 0.0, 0.0, 0.0, 60.0, 40.0
    for row in range(rows):
        day = 2 * math.pi * (start_row + row) / 1440
        load = 0.995 * load + 0.05 * draw.gauss(0, 1)
        weather = 0.999 * weather + 0.05 * draw.gauss(0, 1)
        valve = 0.98 * valve + 0.1 * draw.gauss(0, 1)
        demand = 60 + 18 * math.sin(day - 1.8) + 5 * math.sin(2 * day) + 12 * load
        flow_before += 0.2 * (demand - flow_before)
        inlet = 18 + 6 * math.sin(day - 2.4) + 2 * weather
        outlet += 0.05 * (inlet + 22 + 0.12 * flow_before - outlet)
        yield [
            flow_before + draw.gauss(0, 0.5),
            2 + 0.0006 * flow_before**2 + 0.15 * valve + draw.gauss(0, 0.02),
            4 + 0.22 * flow_before + 0.4 * valve + draw.gauss(0, 0.12),
            inlet + draw.gauss(0, 0.1),
            outlet + draw.gauss(0, 0.12),
            1.2 + 0.01 * flow_before + abs(draw.gauss(0, 0.08)),
        ]


def faults(values, draw):
    """Plants four faults and says where: first and last row, channel, kind."""
    rows = len(values)
    places = [int(rows * share) + draw.randrange(rows // 20) for share in (0.12, 0.35, 0.6, 0.85)]
    stuck, drift, broken, spike = places
    held = values[stuck][1]
    for row in range(stuck, stuck + 120):
        values[row][1] = held
    for row in range(drift, drift + 300):
        values[row][4] += 6.0 * (row - drift) / 300
    # What the motor did half a day before: usual numbers, at the wrong time.
    before = [values[row - 720][2] for row in range(broken, broken + 180)]
    for row, power in enumerate(before, broken):
        values[row][2] = power
    for row in range(spike, spike + 4):
        values[row][5] += 2.0
    return [
        (stuck, stuck + 119, "pressure", "stuck"),
        (drift, drift + 299, "outlet_temp", "drift"),
        (broken, broken + 179, "power", "broken correlation"),
        (spike, spike + 3, "vibration", "spike"),
    ]


def write(path, values, start_row):
    begin = datetime.datetime(2024, 1, 1)
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["time"] + CHANNELS)
        for row, each in enumerate(values):
            time = begin + datetime.timedelta(minutes=start_row + row)
            out.writerow([time.isoformat()] + [f"{number:.4f}" for number in each])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--new-rows", type=int, default=6000)
    parser.add_argument("--out", default=".")
    given = parser.parse_args()
    draw = random.Random(given.seed)
    os.makedirs(given.out, exist_ok=True)
    values = list(plant(given.rows + given.new_rows, draw, 0))
    new = values[given.rows:]
    planted = faults(new, draw)
    write(os.path.join(given.out, "train.csv"), values[: given.rows], 0)
    write(os.path.join(given.out, "new.csv"), new, given.rows)
    with open(os.path.join(given.out, "faults.csv"), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["start", "end", "channel", "kind"])
        out.writerows(planted)


if __name__ == "__main__":
    main()
