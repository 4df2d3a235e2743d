import assert from "node:assert/strict";
import { test } from "node:test";
import {
  errorOverPicture,
  errorPicture,
  largestError,
  picture,
  pictureSize,
  regionErrors,
  signedPicture,
} from "./shared/pixels.js";

/** [red, green, blue] of each pixel. */
function colors({ rgba }) {
  return Array.from({ length: rgba.length / 4 }, (_, i) => [...rgba.slice(4 * i, 4 * i + 3)]);
}

test("a shape makes a picture of its size; a sequence has a column a step", () => {
  assert.deepEqual(pictureSize([28, 20, 3]), { width: 20, height: 28 });
  assert.deepEqual(pictureSize([50, 4]), { width: 50, height: 4 });
  assert.deepEqual(pictureSize([28, 20], true), { width: 20, height: 28 });
  assert.deepEqual(pictureSize([7]), { width: 7, height: 1 });
});

test("gray and coloured images of 0 to 1 are shown as they are", () => {
  assert.deepEqual(colors(picture([0, 0.2, 0.4, 1], [2, 2, 1])), [[0, 0, 0], [51, 51, 51], [102, 102, 102], [255, 255, 255]]);
  assert.deepEqual(colors(picture([1, 0, 0.2], [1, 1, 3])), [[255, 0, 51]]);
});

test("other numbers are stretched from the smallest to the largest, and a sequence is turned", () => {
  assert.deepEqual(colors(picture([-10, 0, 10, 10], [2, 2])), [[0, 0, 0], [255, 255, 255], [128, 128, 128], [255, 255, 255]]);
});

test("errors are meaned over channels", () => {
  assert.ok(Math.abs(largestError([1, 0, 0, 0, 0, 0], [0, 0.5, 0, 0, 0, 0.3], [1, 2, 3]) - 0.5) < 1e-12);
  assert.deepEqual(colors(errorPicture([1, 0], [0, 0], [1, 2, 1])), [[254, 232, 56], [0, 34, 78]]);
});

test("over an image errors are orange, and what has none is as it was", () => {
  assert.deepEqual(colors(errorOverPicture([1, 0.2, 0, 0.4], [0, 0.2, 0.5, 0.4], [2, 2, 1])), [
    [255, 96, 0],
    [51, 51, 51],
    [128, 48, 0],
    [102, 102, 102],
  ]);
});

test("errors by region are the means of squares of an eighth of the longer side", () => {
  const one = Array.from({ length: 16 * 4 }, (_, cell) => (cell === 0 ? 1 : cell === 63 ? 0.5 : 0));
  const errors = regionErrors(one, new Array(64).fill(0), [4, 16, 1]);
  assert.deepEqual([errors[0], errors[1], errors[17], errors[2], errors[32]], [0.25, 0.25, 0.25, 0, 0]);
  assert.deepEqual([errors[63], errors[46], errors[61]], [0.125, 0.125, 0]);
  const [first, , third] = colors(errorOverPicture(one, new Array(64).fill(0), [4, 16, 1], true));
  assert.deepEqual([first, third], [
    [255, 96, 0],
    [0, 0, 0],
  ]);
});

test("signed numbers are white at 0, blue below and orange above", () => {
  assert.deepEqual(colors(signedPicture([-2, 0, 2], 1, 3, 2)), [[0, 92, 158], [250, 250, 250], [200, 94, 0]]);
});
