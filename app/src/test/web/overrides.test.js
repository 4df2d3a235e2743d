import assert from "node:assert/strict";
import { test } from "node:test";
import { overrideField, OVERRIDES, readOverrides } from "./runs/overrides.js";

const override = (name) => OVERRIDES.find((each) => each.name === name);

/** Whether a field of this value says so. */
const says = (name, value, text, problem = null) =>
  overrideField(override(name), { [name]: value }, problem, null, () => {}).values.includes(text);

test("numbers are sent as numbers, names as text, and what is empty not at all", () => {
  assert.deepEqual(readOverrides({ epochs: " 3 ", loss: "huber", learningRate: "1e-3", seed: "", limit: undefined }), {
    epochs: 3,
    loss: "huber",
    learningRate: 0.001,
  });
});

test("what is no number is left to the server to refuse", () => {
  assert.deepEqual(readOverrides({ epochs: "many" }), { epochs: "many" });
});

test("a field says at once what is wrong with it", () => {
  assert.ok(says("epochs", "1.5", "Enter a whole number"));
  assert.ok(says("epochs", "0", "At least 1"));
  assert.ok(says("learningRate", "0", "A number above 0 is needed"));
  assert.ok(says("epochs", "2", ""));
  assert.ok(says("epochs", "", ""));
});

test("what the server says of a field stands at that field alone", () => {
  const problem = { field: "overrides.loss", message: "unknown loss" };
  assert.ok(says("loss", "mse2", "unknown loss", problem));
  assert.ok(!says("epochs", "2", "unknown loss", problem));
});
