import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { LiveRun, lossOf } from "../runs/live-run.js";
import { Loading } from "../shared/loading.js";
import { href } from "../shared/router.js";
import { doing, progressOf, runState } from "../runs/run-state.js";
import { RunsController, isOver, runs } from "../runs/runs.js";
import { stateOf } from "../components/hg-state.js";
import "../components/hg-curves.js";
import "../components/hg-epochs.js";
import "../components/hg-reconstructions.js";

/** A run, live while it trains and the same page when it is over. */
class PageRun extends PageElement {
  static properties = { run: {}, query: { attribute: false }, failure: { state: true } };

  constructor() {
    super();
    this.failure = null;
    this.runs = new RunsController(this);
    this.live = new LiveRun(this);
    this.detail = new Loading(this, ({ run }) => api.run(run));
  }

  willUpdate() {
    const state = runs.find(this.run)?.state;
    this.live.follow(this.run, state === undefined || isOver(state));
    this.detail.load({ run: this.run, state });
  }

  render() {
    const run = runs.find(this.run) ?? this.detail.value;
    if (run === null) {
      return html`<div class="page">
        <h1>${this.run}</h1>
        ${stateOf(this.detail, "20rem", "Reading the run")}
      </div>`;
    }
    return html`<div class="page">
      <div class="page-head">
        <div>
          <h1>${run.title}</h1>
          <p class="lead">
            <code>${run.run}</code>,
            ${format.time(run.created)}${
              run.forkOf ? html`, fork of <a href=${href(["runs", run.forkOf, "run"])}>${run.forkOf}</a>` : nothing
            }
          </p>
        </div>
        <div class="row">${runState(run)} ${this.controls(run)}</div>
      </div>
      ${
        this.failure
          ? html`<div class="message" data-tone="bad" role="alert">
              <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
            </div>`
          : nothing
      }
      ${run.failure ? html`<div class="message" data-tone="bad">${run.failure}</div>` : nothing}
      ${this.live.notices.map((notice) => html`<div class="message" data-tone="warn">${notice}</div>`)}
      ${isOver(run.state) ? this.summary(run) : this.progress(run)}
      <hg-curves .models=${this.live.models} .over=${isOver(run.state)} .revision=${{}}></hg-curves>
      <hg-reconstructions
        .run=${run.run}
        .models=${run.models.map((model) => model.name)}
        .over=${isOver(run.state)}
        .done=${run.models.map((model) => model.epochsDone).join()}
        .query=${this.query}
      ></hg-reconstructions>
      <hg-epochs .run=${run} .models=${this.live.models} .revision=${{}}></hg-epochs>
      ${this.recipe()}
    </div>`;
  }

  controls(run) {
    const to = (state, label, kind = "") =>
      html`<button class=${kind} @click=${() => this.change(run, state)}>${label}</button>`;
    switch (run.state) {
      case "running":
        return html`${to("paused", "Pause")} ${to("stopped", "Stop", "danger")}`;
      case "paused":
        return html`${to("running", "Resume", "primary")} ${to("stopped", "Stop", "danger")}`;
      case "queued":
        return to("stopped", "Stop", "danger");
      default:
        return html`${run.resumable ? to("running", "Continue", "primary") : nothing}
          <a class="button" href=${api.archiveAddress(run.run)} download>Download</a>`;
    }
  }

  async change(run, state) {
    this.failure = null;
    try {
      await api.setRunState(run.run, state);
      await runs.refresh();
    } catch (failure) {
      this.failure = failure;
    }
  }

  progress(run) {
    const { step, working } = this.live;
    const waiting = working
      ? `${working.task}${working.totalBytes ? `, ${format.bytes(working.bytes)} of ${format.bytes(working.totalBytes)}` : ""}`
      : (run.doing ?? "");
    return html`<section class="card" aria-label="Progress">
      <progress max="1" value=${fine(run, step)} aria-label="Progress of the run"></progress>
      <p class="note progress-line" role="status">${waiting || doing(run)}</p>
      <dl class="facts">
        ${fact("Model", step?.model)}
        ${fact("Epoch", step && `${step.epoch} of ${this.live.models.get(step.model)?.wanted || "?"}`)}
        ${fact("Batch", step && `${step.step} of ${step.steps}`)} ${fact("Loss", step && format.error(step.loss), this.live.models.get(step?.model)?.lossName)}
        ${fact("Learning rate", step && format.plain(step.learningRate))}
        ${fact("Throughput", step?.samplesPerSecond && `${format.count(step.samplesPerSecond)}\u202f/s`, "Samples per second")}
        ${fact("Time left", format.duration(run.secondsLeft ?? step?.secondsLeft))}
        ${fact("Memory in use", step && format.bytes(step.heapUsedBytes))}
      </dl>
    </section>`;
  }

  summary(run) {
    return html`<section class="card" aria-label="Summary">
      <dl class="facts wide">
        ${fact("Time", format.duration(run.seconds))}
        ${run.models.map((model) =>
          fact(
            `${model.name}: best validation ${lossOf([model.lossName])}${model.bestEpoch ? `, epoch ${model.bestEpoch}` : ""}`,
            format.error(model.bestValidationLoss),
          ),
        )}
        ${run.models.map((model) => fact(`${model.name}: test MSE`, format.error(model.testMse)))}
      </dl>
    </section>`;
  }

  recipe() {
    const run = this.detail.value;
    if (run === null) {
      return nothing;
    }
    return html`<details class="card">
      <summary>Recipe and provenance</summary>
      <div class="columns">
        <pre class="code" tabindex="0" aria-label="The recipe as it was run">${run.recipeText}</pre>
        <div class="scroll-x" tabindex="0" role="group" aria-label="Provenance">
          <table>
            <tbody>
              ${run.facts.map(
                ({ name, value }) =>
                  html`<tr>
                    <th scope="row">${name}</th>
                    <td class="wrap">${value}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </div>
    </details>`;
  }
}

/** Between epochs the bar moves with the batches. */
function fine(run, step) {
  const all = run.models.reduce((sum, model) => sum + model.epochs, 0);
  const model = run.models.find((each) => each.name === step?.model);
  const part = model && step.epoch === model.epochsDone + 1 ? step.step / step.steps : 0;
  return all === 0 ? 0 : progressOf(run) + part / all;
}

const fact = (name, value, title = name) =>
  html`<div>
    <dt title=${title}>${name}</dt>
    <dd>${value || format.ABSENT}</dd>
  </div>`;

customElements.define("page-run", PageRun);
