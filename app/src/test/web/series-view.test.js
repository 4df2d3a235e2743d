import assert from "node:assert/strict";
import { test } from "node:test";
import {
  around,
  extent,
  panned,
  placeOf,
  rowAt,
  sameEvent,
  scoreScale,
  shortTime,
  shows,
  stepTo,
  zoomed,
} from "./series/view.js";

test("zooming keeps the place under the pointer and stays within the rows", () => {
  assert.deepEqual(zoomed({ from: 0, to: 1000 }, 0.5, 0.5, 1000), { from: 250, to: 750 });
  assert.deepEqual(zoomed({ from: 0, to: 1000 }, 0.5, 0, 1000), { from: 0, to: 500 });
  assert.deepEqual(zoomed({ from: 400, to: 600 }, 2, 1, 1000), { from: 200, to: 600 });
  assert.deepEqual(zoomed({ from: 0, to: 900 }, 4, 0.5, 1000), { from: 0, to: 1000 });
  assert.deepEqual(zoomed({ from: 100, to: 109 }, 0.1, 0, 1000), { from: 100, to: 108 });
});

test("a small view grows, and a series shorter than a view is whole", () => {
  assert.deepEqual(zoomed({ from: 10, to: 18 }, 1.01, 0, 1000), { from: 10, to: 19 });
  assert.deepEqual(zoomed({ from: 0, to: 5 }, 0.5, 0.5, 5), { from: 0, to: 5 });
});

test("panning stops at the ends and moves a row at least", () => {
  assert.deepEqual(panned({ from: 100, to: 200 }, 0.5, 1000), { from: 150, to: 250 });
  assert.deepEqual(panned({ from: 100, to: 200 }, -5, 1000), { from: 0, to: 100 });
  assert.deepEqual(panned({ from: 100, to: 200 }, 0.001, 1000), { from: 101, to: 201 });
  assert.deepEqual(panned({ from: 900, to: 1000 }, 1, 1000), { from: 900, to: 1000 });
});

test("an event is shown in its surroundings", () => {
  assert.deepEqual(around({ first: 500, last: 599 }, 10_000), { from: 150, to: 950 });
  assert.deepEqual(around({ first: 3, last: 3 }, 10_000), { from: 0, to: 120 });
  assert.ok(shows({ from: 150, to: 950 }, { first: 500, last: 599 }));
  assert.ok(!shows({ from: 0, to: 100_000 }, { first: 500, last: 599 }));
  assert.ok(!shows({ from: 550, to: 650 }, { first: 500, last: 599 }));
});

test("rows and places are each other's", () => {
  const view = { from: 100, to: 200 };
  assert.equal(rowAt(view, 0), 100);
  assert.equal(rowAt(view, 0.505), 150);
  assert.equal(rowAt(view, 1), 199);
  assert.equal(placeOf(view, 150), 0.5);
});

test("gaps have no part in what a lane shows", () => {
  const [low, high] = extent([
    { low: [1, null, 3], high: [2, null, 5] },
    { low: [0, 0, 0], high: [1, 1, 1] },
  ]);
  assert.ok(Math.abs(low + 0.3) < 1e-9 && Math.abs(high - 5.3) < 1e-9);
  assert.deepEqual(extent([{ low: [null], high: [null] }]), [0, 1]);
});

test("scores that lie far apart stand by their logarithm", () => {
  const far = scoreScale({ least: 1e-7, median: 1e-5, most: 2 });
  assert.ok(far.log);
  assert.ok(Math.abs(far.score(far.place(0.01)) - 0.01) < 1e-12);
  assert.ok(far.place(2) > 0.95 && far.place(2) < 1);
  assert.equal(far.place(0), 0);
  const near = scoreScale({ least: 0.5, median: 1, most: 2 });
  assert.ok(!near.log);
  assert.ok(Math.abs(near.score(near.place(1.5)) - 1.5) < 1e-12);
  assert.equal(scoreScale({ least: 0, median: 0, most: 0 }).place(0), 0);
});

test("keys step through events, and begin in sight", () => {
  const events = [
    { first: 10, last: 12, peak: 11 },
    { first: 50, last: 60, peak: 51 },
    { first: 80, last: 80, peak: 80 },
  ];
  const view = { from: 40, to: 100 };
  assert.equal(stepTo(events, null, 1, view), 1);
  assert.equal(stepTo(events, null, -1, view), 2);
  assert.equal(stepTo(events, 2, 1, view), 2);
  assert.equal(stepTo(events, 1, -1, view), 0);
  assert.equal(stepTo([], null, 1, view), null);
  assert.equal(sameEvent([{ first: 45, last: 70, peak: 51 }], events[1]), 0);
  assert.equal(sameEvent([{ first: 52, last: 70, peak: 55 }], events[1]), null);
});

test("a day is written where it changes", () => {
  assert.equal(shortTime("2026-01-02T10:30", null), "2026-01-02 10:30");
  assert.equal(shortTime("2026-01-02T10:30:05.123456Z", "2026-01-02T10:00Z"), "10:30:05.123");
  assert.equal(shortTime("2026-01-03T10:30", "2026-01-02T10:00"), "2026-01-03 10:30");
});
