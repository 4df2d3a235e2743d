import * as format from "../shared/format.js";

/** The measures of results/metrics.json: how each is called, shown, and which way is better. */
const KNOWN = {
  testMse: { head: "Test MSE", show: format.error, best: "low" },
  testMae: { head: "Test MAE", show: format.error, best: "low" },
  pcaMse: { head: "PCA's MSE", show: format.error },
  noiseFloorMse: { head: "Noise floor", show: format.error },
  psnrDecibels: { head: "PSNR (dB)", show: (value) => format.fixed(value, 2), best: "high" },
  ssim: { head: "SSIM", show: (value) => format.fixed(value, 3), best: "high" },
  latentSize: { head: "Code", show: format.count },
  compressionRatio: {
    head: "Compression",
    show: (value) => (value === null || value === undefined ? format.ABSENT : `${format.decimal(value, 1)} : 1`),
  },
  parameters: { head: "Parameters", show: format.count, best: "low" },
  secondsPerEpoch: { head: "Time per epoch", show: format.duration, best: "low" },
  peakMemoryBytes: { head: "Peak memory", show: format.bytes, best: "low" },
  samplesPerSecond: { head: "Samples per second", show: format.count, best: "high" },
};

/** Columns for all numbers that the rows' metrics have, known ones first; a number that is new here is shown as it is. */
export function measureColumns(rows) {
  const numbers = new Set();
  for (const { metrics } of rows) {
    for (const [name, value] of Object.entries(metrics)) {
      if (typeof value === "number") {
        numbers.add(name);
      }
    }
  }
  const known = Object.keys(KNOWN).filter((name) => numbers.has(name));
  const others = [...numbers].filter((name) => !(name in KNOWN));
  return [...known, ...others].map((name) => ({
    head: words(name),
    show: format.plain,
    ...KNOWN[name],
    of: ({ metrics }) => metrics[name] ?? null,
  }));
}

/** "knnAccuracy" to "Knn accuracy" */
function words(name) {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return spaced[0].toUpperCase() + spaced.slice(1);
}
