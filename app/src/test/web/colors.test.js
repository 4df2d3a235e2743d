import assert from "node:assert/strict";
import { test } from "node:test";
import { logarithmicLow } from "./shared/axes.js";
import { CLASSES, classColor, magnitude, rgb } from "./shared/colors.js";

test("classes go round in ten colours, each brighter on a dark ground where it must be", () => {
  assert.equal(classColor(0, false), "#3f90da");
  assert.equal(classColor(12, false), CLASSES[2]);
  assert.equal(classColor(-1, false), CLASSES[9]);
  assert.equal(classColor(2, true), "#f0533a");
  assert.equal(classColor(1, true), CLASSES[1]);
});

test("a magnitude is a place on the scale from dark blue to yellow", () => {
  assert.deepEqual(magnitude(0), [0, 34, 78]);
  assert.deepEqual(magnitude(1), [254, 232, 56]);
  assert.deepEqual(magnitude(-3), magnitude(0));
  assert.deepEqual(magnitude(7), magnitude(1));
  assert.deepEqual(magnitude(0.5 / 9), [9, 44, 95]);
  assert.deepEqual(rgb("#3f90da"), [63, 144, 218]);
});

test("a logarithmic axis begins at the digit below the smallest positive value", () => {
  assert.ok(Math.abs(logarithmicLow([0.0342, 0.5, 0, -2]) - 0.03) < 1e-12);
  assert.equal(logarithmicLow([250, 99]), 90);
  assert.equal(logarithmicLow([0, -1]), undefined);
});
