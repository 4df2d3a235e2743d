import assert from "node:assert/strict";
import { test } from "node:test";
import { Latest } from "./shared/latest.js";
import { Loading } from "./shared/loading.js";
import { measureColumns } from "./runs/measures.js";

/** A promise that is kept from outside. */
function promised() {
  const it = {};
  it.promise = new Promise((resolve, reject) => Object.assign(it, { resolve, reject }));
  return it;
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("of what came while a request ran, only the last is asked", async () => {
  const asked = [];
  const first = promised();
  const latest = new Latest((value) => {
    asked.push(value);
    return value === 1 ? first.promise : Promise.resolve();
  });
  latest.ask(1);
  latest.ask(2);
  latest.ask(3);
  assert.deepEqual(asked, [1]);
  first.resolve();
  await settled();
  assert.deepEqual(asked, [1, 3]);
});

test("after a request that failed, the waiting one is asked all the same", async () => {
  const asked = [];
  const latest = new Latest(async (value) => {
    asked.push(value);
    if (value === 1) {
      throw new Error("no");
    }
  });
  const failed = latest.ask(1);
  latest.ask(2);
  await assert.rejects(failed, { message: "no" });
  await settled();
  assert.deepEqual(asked, [1, 2]);
});

test("an answer to an older question does not replace the newer one's", async () => {
  const host = { addController() {}, requestUpdate() {} };
  const answers = { a: promised(), b: promised() };
  const signals = {};
  const loading = new Loading(host, (key, { signal }) => {
    signals[key] = signal;
    return answers[key].promise;
  });
  loading.load("a");
  loading.load("a");
  loading.load("b");
  assert.equal(signals.a.aborted, true);
  answers.b.resolve("of b");
  await settled();
  answers.a.resolve("of a");
  await settled();
  assert.equal(loading.value, "of b");
  assert.equal(loading.busy, false);
});

test("a failure takes the value's place, and null empties", async () => {
  const host = { addController() {}, requestUpdate() {} };
  const loading = new Loading(host, async (key) => {
    if (key === "bad") {
      throw new Error("broken");
    }
    return key;
  });
  loading.load("good");
  await settled();
  assert.equal(loading.value, "good");
  loading.load("bad");
  await settled();
  assert.equal(loading.value, null);
  assert.equal(loading.failure.message, "broken");
  loading.load(null);
  assert.equal(loading.failure, null);
});

test("columns are the numbers that rows have, known ones first, new ones in words", () => {
  const columns = measureColumns([{ metrics: { knnAccuracy: 0.91234, testMse: 0.00421, name: "cnn" } }, { metrics: { parameters: 12585 } }]);
  assert.deepEqual(columns.map(({ head }) => head), ["Test MSE", "Parameters", "Knn accuracy"]);
  assert.equal(columns[0].show(columns[0].of({ metrics: { testMse: 0.00421 } })), "0.004210");
  assert.equal(columns[0].best, "low");
  assert.equal(columns[2].show(0.91234), "0.9123");
  assert.equal(columns[1].of({ metrics: {} }), null);
});
