import assert from "node:assert/strict";
import { test } from "node:test";
import { dragged, fitting, toPlace, toScreen, zoomed } from "./maps/map-view.js";

const SIZE = { width: 400, height: 200 };
const VIEW = { x: 10, y: -5, zoom: 4 };

function near(actual, expected) {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-9, `${actual} is not ${expected}`));
}

test("the middle of the window is the view's place, and y grows upwards on the plane", () => {
  near(toScreen(VIEW, SIZE, [10, -5]), [200, 100]);
  near(toScreen(VIEW, SIZE, [12, -4]), [208, 96]);
  near(toPlace(VIEW, SIZE, [208, 96]), [12, -4]);
});

test("zooming keeps what lies at a pixel there", () => {
  const pixel = [310, 20];
  const place = toPlace(VIEW, SIZE, pixel);
  for (const factor of [0.5, 3]) {
    const closer = zoomed(VIEW, SIZE, factor, pixel);
    assert.equal(closer.zoom, 4 * factor);
    near(toPlace(closer, SIZE, pixel), place);
  }
});

test("a drag moves the plane with the pointer", () => {
  const moved = dragged(VIEW, [40, 20]);
  assert.deepEqual(moved, { x: 0, y: 0, zoom: 4 });
  const [left, top] = toScreen(VIEW, SIZE, [12, -4]);
  near(toScreen(moved, SIZE, [12, -4]), [left + 40, top + 20]);
});

test("a view that fits shows all bounds with room around", () => {
  const view = fitting({ minX: 0, maxX: 8, minY: 2, maxY: 4 }, SIZE);
  near([view.x, view.y, view.zoom], [4, 3, 0.94 * 50]);
  const [left, top] = toScreen(view, SIZE, [0, 4]);
  assert.ok(left > 0 && top > 0);
});

test("one point alone fits as well", () => {
  assert.deepEqual(fitting({ minX: 3, maxX: 3, minY: 3, maxY: 3 }, SIZE), { x: 3, y: 3, zoom: 188 });
});
