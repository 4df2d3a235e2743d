"""Writes core's golden values of the schools of judging anomaly scores, from the vectors of the original scorers.

    python make_anomaly_goldens.py FOLDER

FOLDER has the vectors as JSON, made by NAB ea702d75 (MIT), TSB-AD 87630099 (Apache-2.0), Orion 7bd8140d (MIT) and SKAB
b2c0d46c (only numbers that it computed). Here they become lines of name, [dimensions], numbers; of NAB's thresholds at
most 40 a case are kept. Undefined numbers, and those at which an original fails, are NaN.
"""

import json
import pathlib
import sys
from datetime import datetime

FOLDER = pathlib.Path(sys.argv[1])
OUT = pathlib.Path(__file__).parent.parent / "core/src/test/resources/dev/hourglass/detect/metrics"


def flat(values):
    if isinstance(values, (list, tuple)):
        return [f for v in values for f in flat(v)]
    if isinstance(values, dict) or values is None or values == "nan":
        return ["NaN"]
    if values == "inf":
        return ["Infinity"]
    return [repr(float(values)).removesuffix(".0")]


def line(name, values):
    numbers = flat(values)
    return f"{name} [{len(numbers)}] {' '.join(numbers)}" if numbers else f"{name} [0] NaN"


def segments(flags):
    runs, start = [], None
    for i, flag in enumerate(list(flags) + [0]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            runs.append([start, i - 1])
            start = None
    return runs


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def write(name, lines):
    (OUT / f"{name}.txt").write_text("\n".join(lines) + "\n")


def names(prefix):
    return sorted(p.stem for p in FOLDER.glob(f"{prefix}_*.json"))


def points():
    lines = []
    for file in names("tsb"):
        case, name = load(file), file.removeprefix("tsb_")
        metrics, at = case["metrics"], case["at_threshold"]
        lines += [
            line(f"{name}-scores", case["scores"]),
            line(f"{name}-segments", segments(case["labels"])),
            line(f"{name}-threshold", case["threshold"]),
            line(f"{name}-best", [metrics[k] for k in (
                "AUC-ROC", "AUC-PR (average precision)", "Standard-F1", "PA-F1", "Event-based-F1", "R-based-F1", "Affiliation-F")]),
            line(f"{name}-vus", [[int(k.split()[-1]), v["VUS-ROC"], v["VUS-PR"]]
                                 for k, v in metrics.items() if k.startswith("VUS") and "error" not in v]),
            line(f"{name}-recall", at["range_recall alpha=0.2 (score, existence, overlap)"]),
            line(f"{name}-precision", at["range_precision alpha=0 (score, existence, overlap)"]),
            line(f"{name}-weighted", at["Orion weighted (tn,fp,fn,tp)"] + [at[f"Orion weighted {k}"] for k in ("precision", "recall", "f1")]),
            line(f"{name}-overlap", at["Orion overlap (tn,fp,fn,tp)"][1:] + [at[f"Orion overlap {k}"] for k in ("precision", "recall", "f1")]),
        ]
        if "error" not in at["affiliation"]:
            flags = at["TSB-AD get_metrics_pred"]
            lines += [
                line(f"{name}-at", [flags[k] for k in ("Standard-F1", "PA-F1", "Event-based-F1", "R-based-F1", "Affiliation-F")]),
                line(f"{name}-affiliation", [at["affiliation"][k] for k in (
                    "Affiliation_Precision", "Affiliation_Recall",
                    "individual_precision_probabilities", "individual_recall_probabilities")]),
            ]
    write("points", lines)


def affiliation():
    lines = []
    for name, case in load("affiliation_events")["cases"].items():
        lines += [
            line(f"{name}-truth", case["gt"]),
            line(f"{name}-predicted", case["pred"]),
            line(f"{name}-rows", case["T"]),
            line(f"{name}-result", [case["result"][k] for k in (
                "Affiliation_Precision", "Affiliation_Recall",
                "individual_precision_probabilities", "individual_recall_probabilities")]),
        ]
    write("affiliation", lines)


def orion():
    lines = []
    for name, case in load("orion_intervals")["cases"].items():
        lines += [
            line(f"{name}-expected", case["expected"]),
            line(f"{name}-observed", case["observed"]),
            line(f"{name}-limits", [case["start"], case["end"]]),
            line(f"{name}-weighted", [case["weighted"][k] for k in ("tn,fp,fn,tp", "precision", "recall", "f1", "accuracy")]),
            line(f"{name}-overlap", case["overlap"]["tn,fp,fn,tp"][1:] + [case["overlap"][k] for k in ("precision", "recall", "f1")]),
        ]
    write("orion", lines)


def periods():
    lines = []
    for name, case in load("period_estimate").items():
        lines += [line(f"{name}-values", case["x"]), line(f"{name}-period", case["find_length_rank(rank=1)"])]
    write("periods", lines)


def seconds(times, origin):
    """NAB has times with and without a fraction."""
    return [(datetime.fromisoformat(t) - datetime.fromisoformat(origin)).total_seconds() for t in times]


def nab():
    lines = []
    for file in names("nab"):
        case, name = load(file), file.removeprefix("nab_")
        lines.append(line(f"{name}-files", len(case["files"])))
        for i, series in enumerate(case["files"].values()):
            origin = series["timestamps"][0]
            lines += [
                line(f"{name}-{i}-times", seconds(series["timestamps"], origin)),
                line(f"{name}-{i}-scores", series["scores"]),
                line(f"{name}-{i}-windows", [seconds(w, origin) for w in series["windows"]]),
            ]
        for profile, result in case["results"].items():
            if "error" in result:
                continue
            best = result["best"]
            thresholds = result["all_thresholds"]
            lines += [
                line(f"{name}-{profile}-best", [best[k] for k in ("threshold", "score", "tp", "tn", "fp", "fn", "total")]),
                line(f"{name}-{profile}-normalised", [result["null"], result["perfect"], result["normalised"]]),
                line(f"{name}-{profile}-thresholds", thresholds[:: max(1, len(thresholds) // 40)]),
            ]
            for i, sweep in enumerate(result.get("sweep", {}).values()):
                lines.append(line(f"{name}-{profile}-{i}-values", sweep["sweepScore"]))
    write("nab", lines)


def skab():
    lines = []
    for file in names("skab"):
        case, name = load(file), file.removeprefix("skab_")
        lines.append(line(f"{name}-series", len(case["series"])))
        for i, series in enumerate(case["series"]):
            lines.append(line(f"{name}-{i}-times", seconds(series["timestamps"], series["timestamps"][0])))
            for key in ("anomaly", "pred", "cp", "predcp"):
                lines.append(line(f"{name}-{i}-{key}", segments(series[key])))
        lines += [
            line(f"{name}-rates", case["binary F1, FAR %, MAR % (rounded to 2)"]),
            line(f"{name}-counts", case["confusion TP,TN,FP,FN"]),
        ]
        for side, theirs in (("after", "righter"), ("before", "lefter"), ("around", "center")):
            lines.append(line(f"{name}-changes-{side}", [case[f"nab {theirs} 60s"][k] for k in ("Standard", "LowFP", "LowFN")]))
    write("skab", lines)


OUT.mkdir(parents=True, exist_ok=True)
points()
affiliation()
orion()
periods()
nab()
skab()
