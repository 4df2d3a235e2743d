import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "./shared/format.js";

/** @param cases pairs of what is given and what is shown */
function each(show, cases) {
  for (const [value, expected] of cases) {
    assert.equal(show(value), expected, `of ${value}`);
  }
}

test("counts have thousands apart and agree with their noun", () => {
  each(format.count, [[12585, "12,585"], [0, "0"], ["7", "7"], [null, "–"], [Number.NaN, "–"], [undefined, "–"]]);
  assert.equal(format.counted(1, "sample"), "1 sample");
  assert.equal(format.counted(10000, "sample"), "10,000 samples");
  assert.equal(format.counted(2, "entry", "entries"), "2 entries");
});

test("errors have four digits, in powers of ten where they are tiny or huge", () => {
  each(format.error, [[0.00421, "0.004210"], [3.16234, "3.162"], [8.1e-7, "8.10e-7"], [0, "0"], [2e6, "2.00e+6"],
    [-0.5, "-0.5000"], [Infinity, "–"]]);
  each(format.plain, [[0.0042, "0.0042"], [0.001, "0.001"], [123456, "123500"]]);
});

test("durations go over to the next unit before they are rounded to 60", () => {
  each(format.duration, [[0.0021, "2.1\u202fms"], [0.84, "0.84\u202fs"], [12.4, "12\u202fs"], [59.4, "59\u202fs"],
    [59.6, "1\u202fmin 00\u202fs"], [200, "3\u202fmin 20\u202fs"], [7500, "2\u202fh 05\u202fmin"], [-3, "0\u202fms"]]);
});

test("bytes and other sizes take the unit that leaves three digits", () => {
  each(format.bytes, [[812, "812\u202fB"], [4100, "4.10\u202fkB"], [999_499, "999\u202fkB"], [999_500, "1.00\u202fMB"],
    [1.42e9, "1.42\u202fGB"]]);
  each(format.compact, [[980, "980"], [12600, "12.6\u202fk"], [1_100_000_000, "1.1\u202fG"], [100_000, "100\u202fk"]]);
});

test("shares, shapes and digits after the point", () => {
  assert.equal(format.percent(0.9731), "97.3\u202f%");
  assert.equal(format.percent(null), "–");
  assert.equal(format.fixed(2.345, 1), "2.3");
  assert.equal(format.decimal(2.5), "2.5");
  assert.equal(format.shape([28, 28, 1]), "28\u2009×\u200928\u2009×\u20091");
  assert.equal(format.shape([]), "–");
});
