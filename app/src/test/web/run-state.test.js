import assert from "node:assert/strict";
import { test } from "node:test";
import { nothing } from "./shared/element.js";
import { duration } from "./shared/format.js";
import { bestEpoch, lossOf } from "./runs/live-run.js";
import { doing, progressOf } from "./runs/run-state.js";
import { isOver } from "./runs/runs.js";

const training = { state: "running", models: [{ name: "cnn", epochs: 3, epochsDone: 3 }, { name: "lstm", epochs: 5, epochsDone: 1 }] };

test("progress is the share of all models' epochs", () => {
  assert.equal(progressOf(training), 0.5);
  assert.equal(progressOf({ models: [] }), 0);
});

test("a run that trains says which model and epoch", () => {
  assert.equal(doing(training), "lstm: epoch 2 of 5");
  assert.equal(doing({ ...training, secondsLeft: 90 }), `lstm: epoch 2 of 5, ${duration(90)} left`);
});

test("after the last epoch it evaluates; what the server says goes first", () => {
  assert.equal(doing({ state: "running", models: [{ name: "cnn", epochs: 3, epochsDone: 3 }] }), "evaluating");
  assert.equal(doing({ ...training, doing: "Fetching mnist" }), "Fetching mnist");
  assert.equal(doing({ state: "queued", models: [] }), nothing);
});

test("a run that waits or is paused is not over", () => {
  assert.deepEqual(["queued", "running", "paused"].filter(isOver), []);
  assert.deepEqual(["stopped", "interrupted", "failed", "finished"].filter(isOver).length, 4);
});

test("the best epoch has the smallest validation loss; one that diverged is none", () => {
  const epochs = [0.3, null, 0.1, 0.2].map((validationLoss, i) => ({ epoch: i + 1, validationLoss }));
  assert.equal(bestEpoch(epochs).epoch, 3);
  assert.equal(bestEpoch([{ epoch: 1, validationLoss: null }]), null);
  assert.equal(bestEpoch([]), null);
});

test("a loss is named where all models share it", () => {
  assert.equal(lossOf(["huber loss", "huber loss"]), "loss (huber loss)");
  assert.equal(lossOf(["huber loss", "mean squared error"]), "loss");
  assert.equal(lossOf([undefined]), "loss");
});
