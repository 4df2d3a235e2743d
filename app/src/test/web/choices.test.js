import assert from "node:assert/strict";
import { test } from "node:test";
import { histogramTable } from "./shared/anomaly-charts.js";
import { reads, widths } from "./shared/hourglass.js";
import { colorRange, pointColors } from "./maps/map-colors.js";
import { chosenData, chosenModel } from "./shared/model-choice.js";
import { href } from "./shared/router.js";

const MODELS = [{ model: "cnn" }, { model: "lstm" }];

test("the model is the one in the address, or else the first", () => {
  assert.equal(chosenModel(MODELS, new URLSearchParams("model=lstm")), MODELS[1]);
  assert.equal(chosenModel(MODELS, new URLSearchParams("model=gone")), MODELS[0]);
  assert.equal(chosenModel([], new URLSearchParams()), null);
});

test("without a choice it is the test set and the weights as trained", () => {
  assert.deepEqual(chosenData(new URLSearchParams()), { data: "test", epoch: "" });
  assert.deepEqual(chosenData(new URLSearchParams("data=train&epoch=2")), { data: "train", epoch: "2" });
});

test("an address leaves out what was not chosen and escapes names", () => {
  assert.equal(href(["runs", "a b", "cnn"], { model: "x", index: null, epoch: "" }), "#/runs/a%20b/cnn?model=x");
  assert.equal(href(["runs"]), "#/runs");
});

test("an hourglass is as wide as the square root of its numbers", () => {
  const model = { input: [28, 28, 1], layers: [{ outputShape: [7, 7, 4] }, { outputShape: [784] }] };
  assert.deepEqual(widths(model), [1, 0.5, 1]);
});

test("a layer says what it reads where that is not the one before, and which states it begins with", () => {
  const layers = [
    { name: "a", type: "LSTM", inputs: ["input"] },
    { name: "cell", type: "State", inputs: ["a"] },
    { name: "b", type: "Add", inputs: ["a", "cell"] },
    { name: "c", type: "LSTM", inputs: ["b", "a", "cell"] },
  ];
  const words = layers.map((_, i) => reads({ layers }, i));
  assert.deepEqual(words, ["", "", "a and cell", "b, begins with a and cell"]);
});

test("a colour scale leaves out the outermost per cent on either side", () => {
  const values = Array.from({ length: 101 }, (_, i) => i);
  values[50] = 1e9;
  assert.deepEqual(colorRange(values), [1, 100]);
  assert.deepEqual(colorRange([]), [0, 1]);
});

test("points that are not selected fade, and classes have their colours", () => {
  const colors = pointColors({ kind: "category" }, [0, 1, 0], new Set([0]));
  assert.deepEqual([...colors.slice(0, 3)], [...colors.slice(8, 11)]);
  assert.deepEqual([colors[3], colors[7], colors[11]], [225, 26, 26]);
  const all = pointColors({ kind: "number" }, [0, 1, 2], null);
  assert.deepEqual([all[3], all[7], all[11]], [225, 225, 225]);
  assert.ok(all[0] < all[8]);
});

test("a histogram's table has the anomalies where they are known", () => {
  const histogram = { edges: [0, 1, 2], counts: [5, 3] };
  assert.deepEqual(histogramTable({ histogram }).rows, [[0, 1, 5], [1, 2, 3]]);
  const known = { ...histogram, anomalousCounts: [0, 2] };
  assert.deepEqual(histogramTable({ histogram: known }), {
    heads: ["from", "to", "samples", "true anomalies"],
    rows: [[0, 1, 5, 0], [1, 2, 3, 2]],
  });
});
