import * as format from "./format.js";
import { token } from "./theme.js";

/** A line across a chart; ECharts would round its place to two digits. */
const LINE = { symbol: "none", silent: true, precision: 12 };

/** How many samples have which error; what the threshold flags is in full colour. */
export function histogram({ histogram: { edges, counts, anomalousCounts } }, threshold, measure) {
  const bar = (name, values, color) => ({
    type: "custom",
    name,
    itemStyle: { color },
    data: values.map((count, i) => [
      edges[i],
      edges[i + 1],
      count,
      anomalousCounts && name === "normal" ? anomalousCounts[i] : 0,
    ]),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_, item) => {
      const bottom = item.value(3);
      const [left, top] = item.coord([item.value(0), bottom + item.value(2)]);
      const [right, ground] = item.coord([item.value(1), bottom]);
      return {
        type: "rect",
        shape: { x: left + 0.5, y: top, width: Math.max(1, right - left - 1), height: ground - top },
        style: { fill: item.visual("color"), opacity: item.value(1) <= threshold ? 0.45 : 1 },
      };
    },
  });
  const series = anomalousCounts
    ? [
        bar("anomaly", anomalousCounts, token("code")),
        bar(
          "normal",
          counts.map((count, i) => count - anomalousCounts[i]),
          token("accent"),
        ),
      ]
    : [bar("samples", counts, token("accent"))];
  series[0].markLine = {
    ...LINE,
    lineStyle: { color: token("ink"), width: 2, type: "solid" },
    label: { color: token("ink"), formatter: format.error(threshold) },
    data: [{ xAxis: threshold }],
  };
  return {
    legend: anomalousCounts ? {} : undefined,
    grid: { left: 34 },
    xAxis: {
      type: "value",
      name: `reconstruction error (${measure.toUpperCase()})`,
      min: edges[0],
      max: edges.at(-1),
      axisLabel: { formatter: format.plain, showMaxLabel: false },
    },
    yAxis: { type: "value", name: "samples", nameGap: 48, max: Math.max(...counts), axisLabel: { showMaxLabel: false } },
    series,
  };
}

export function histogramTable({ histogram: { edges, counts, anomalousCounts } }) {
  return {
    heads: ["from", "to", "samples", ...(anomalousCounts ? ["true anomalies"] : [])],
    rows: counts.map((count, i) => [edges[i], edges[i + 1], count, ...(anomalousCounts ? [anomalousCounts[i]] : [])]),
  };
}

/** Precision, recall and F1 of every threshold. */
export function curves({ scores, histogram: { edges } }, threshold) {
  const line = (name, of, color, type) => ({
    type: "line",
    name,
    showSymbol: false,
    itemStyle: { color },
    lineStyle: { color, width: 2, type },
    data: scores.map((score) => [score.threshold, score[of]]),
  });
  const precision = line("precision", "precision", token("accent"), "solid");
  precision.markLine = {
    ...LINE,
    label: { show: false },
    lineStyle: { color: token("ink"), type: "solid" },
    data: [{ xAxis: threshold }],
  };
  return {
    legend: {},
    tooltip: { trigger: "axis", valueFormatter: (value) => format.percent(value) },
    xAxis: {
      type: "value",
      name: "threshold",
      min: edges[0],
      max: edges.at(-1),
      axisLabel: { formatter: format.plain, showMaxLabel: false },
    },
    yAxis: { type: "value", min: 0, max: 1, axisLabel: { formatter: (value) => format.percent(value, 0) } },
    series: [
      precision,
      line("recall", "recall", token("code"), "dashed"),
      line("F1", "f1", token("line-strong"), "dotted"),
    ],
  };
}
