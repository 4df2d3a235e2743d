import { html, nothing } from "../shared/element.js";
import * as format from "../shared/format.js";

const TONES = {
  queued: "warn",
  running: "live",
  paused: "warn",
  stopped: "warn",
  interrupted: "warn",
  failed: "bad",
  finished: "good",
};

/** A run's state as a badge, said in words and not by colour alone. */
export function runState(run) {
  const place = run.queuePosition ? ` (${run.queuePosition}.)` : "";
  return html`<span class="badge" data-tone=${TONES[run.state]}>${run.state}${place}</span>`;
}

/** Share of all epochs that are done, 0 to 1. */
export function progressOf(run) {
  const all = run.models.reduce((sum, model) => sum + model.epochs, 0);
  const done = run.models.reduce((sum, model) => sum + model.epochsDone, 0);
  return all === 0 ? 0 : done / all;
}

/** What it does now, in a few words. */
export function doing(run) {
  if (run.doing) {
    return run.doing;
  }
  if (run.state !== "running") {
    return nothing;
  }
  const model = run.models.find((each) => each.epochsDone < each.epochs);
  if (!model) {
    return "evaluating";
  }
  const left = run.secondsLeft ? `, ${format.duration(run.secondsLeft)} left` : "";
  return `${model.name}: epoch ${model.epochsDone + 1} of ${model.epochs}${left}`;
}
