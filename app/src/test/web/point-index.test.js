import assert from "node:assert/strict";
import { test } from "node:test";
import { boundsOf, PointIndex } from "./maps/point-index.js";

/** A small generator, so that a failure can be had again: mulberry32. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test("bounds are the smallest and largest of each coordinate", () => {
  assert.deepEqual(boundsOf(new Float32Array([1, 2, -3, 5, 0, -1])), { minX: -3, maxX: 1, minY: -1, maxY: 5 });
});

test("the nearest point is the one that looking at all finds", () => {
  const seed = 11;
  const random = randomFrom(seed);
  const places = Float32Array.from({ length: 2 * 700 }, () => 20 * random() - 5);
  const index = new PointIndex(places);
  for (let query = 0; query < 300; query++) {
    const [x, y, radius] = [24 * random() - 7, 24 * random() - 7, 1.5 * random()];
    let best = -1;
    let least = radius * radius;
    for (let i = 0; i < 700; i++) {
      const distance = (places[2 * i] - x) ** 2 + (places[2 * i + 1] - y) ** 2;
      if (distance <= least) {
        [least, best] = [distance, i];
      }
    }
    assert.equal(index.nearest(x, y, radius), best, `seed ${seed}, query ${query} at ${x}, ${y} within ${radius}`);
  }
});

test("none is near enough beyond the radius, and the border counts", () => {
  const index = new PointIndex(new Float32Array([0, 0, 10, 0]));
  assert.equal(index.nearest(3, 0, 2.9), -1);
  assert.equal(index.nearest(3, 0, 3), 0);
  assert.equal(index.nearest(8, 0, 5), 1);
});

test("points in one place and no points at all are no trouble", () => {
  assert.equal(new PointIndex(new Float32Array([2, 2, 2, 2])).nearest(2, 2, 1) >= 0, true);
  assert.equal(new PointIndex(new Float32Array(0)).nearest(0, 0, 1), -1);
});

test("a polygon holds what is within it, though it is not convex", () => {
  const index = new PointIndex(new Float32Array([1, 1, 3, 3, 1, 3, 9, 9, 3, 1]));
  const corner = [[0, 0], [4, 0], [4, 2], [2, 2], [2, 4], [0, 4]];
  assert.deepEqual(index.within(corner), [0, 2, 4]);
  assert.deepEqual(index.within([]), []);
});
