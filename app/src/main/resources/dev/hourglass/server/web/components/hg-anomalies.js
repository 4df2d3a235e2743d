import { PageElement, html, nothing } from "../shared/element.js";
import { curves, histogram, histogramTable } from "../shared/anomaly-charts.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { choice, chosenData } from "../shared/model-choice.js";
import { remember } from "../shared/router.js";
import { saveBlob } from "../shared/save.js";
import { mediaType } from "../shared/uploads.js";
import "./hg-chart.js";
import "./hg-sample.js";
import { stateOf } from "./hg-state.js";

const WORST = 12;

/** Errors of all samples as a histogram with a threshold to drag, what it flags, and the worst samples. */
class HgAnomalies extends PageElement {
  static properties = {
    model: { attribute: false },
    query: { attribute: false },
    threshold: { state: true },
    failure: { state: true },
  };

  constructor() {
    super();
    this.threshold = null;
    this.failure = null;
    this.errors = new Loading(this, ({ run, model, ...query }, { signal, onProgress }) =>
      api.anomalies(run, model, query, onProgress, signal),
    );
    this.worst = new Loading(this, ({ run, model, ...query }, { signal, onProgress }) =>
      api.samples(run, model, query, onProgress, signal),
    );
    this.sample = new Loading(this, ({ run, model, index, ...query }, { signal }) =>
      api.sample(run, model, index, query, signal),
    );
  }

  get measure() {
    return this.query.get("measure") ?? "mse";
  }

  get anomalous() {
    return (this.query.get("anomalous") ?? "").split(" ").filter((label) => label !== "");
  }

  get index() {
    const chosen = this.query.get("index");
    return chosen === null ? (this.worst.value?.samples[0]?.index ?? null) : Number(chosen);
  }

  willUpdate() {
    const { run, model } = this.model;
    const from = chosenData(this.query);
    const which = { run, model, ...from, measure: this.measure };
    this.errors.load({ ...which, anomalous: this.anomalous.join(",") });
    this.worst.load({ ...which, order: "worst", limit: WORST });
    this.sample.load(this.index === null ? null : { run, model, ...from, index: this.index });
    const asked = this.query.get("threshold");
    this.threshold ??= asked === null ? null : Number(asked);
  }

  render() {
    const errors = this.errors.value;
    return html`<section class="card" aria-labelledby="anomalies">
      <header>
        <h2 id="anomalies">Samples by their error</h2>
        <div class="row">
          ${choice(
            "measure",
            "Error",
            [
              ["mse", "MSE"],
              ["mae", "MAE"],
            ],
            this.measure,
            (measure) => {
              this.threshold = null;
              remember({ measure: measure === "mse" ? null : measure, threshold: null });
            },
          )}
          <button @click=${this.saveErrors}>All errors as CSV</button>
        </div>
      </header>
      <div class="field">
        <label for="score-file">Score a file of your own (CSV, NPY, PNG or JPEG)</label>
        <input id="score-file" type="file" accept=".csv,.npy,.png,.jpg,.jpeg" @change=${this.upload} />
      </div>
      ${
        this.failure
          ? html`<div class="message" data-tone="bad" role="alert">
              <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
            </div>`
          : nothing
      }
      ${this.model.hasLabels && !/^(upload-|data:)/.test(chosenData(this.query).data) ? this.truth() : nothing}
      ${stateOf(this.errors, "30rem", "Measuring the errors of all samples")} ${errors === null ? nothing : this.judgement(errors)}
      <h3>Oddest first</h3>
      ${stateOf(this.worst, "20rem", "Looking for the oddest samples")} ${this.worst.value === null ? nothing : this.gallery(this.worst.value)}
    </section>`;
  }

  truth() {
    return html`<fieldset>
      <legend class="label">Classes that count as true anomalies</legend>
      <div class="row">
        ${this.model.classNames.map(
          (name, i) =>
            html`<label class="check">
              <input
                type="checkbox"
                .checked=${this.anomalous.includes(String(i))}
                @change=${(event) => this.mark(String(i), event.target.checked)}
              />
              ${name}
            </label>`,
        )}
      </div>
    </fieldset>`;
  }

  mark(label, marked) {
    const rest = this.anomalous.filter((each) => each !== label);
    remember({ anomalous: (marked ? [...rest, label] : rest).sort().join(" ") });
  }

  judgement(errors) {
    const { edges } = errors.histogram;
    const [low, high] = [edges[0], edges.at(-1)];
    const threshold = Math.min(high, Math.max(low, this.threshold ?? errors.threshold));
    const at = judged(errors, threshold);
    return html`<hg-chart
        level="3"
        heading="Histogram"
        height="260"
        note="Drag in the picture, or use the slider. The last bar holds everything larger."
        .option=${() => histogram(errors, threshold, this.measure)}
        .table=${() => histogramTable(errors)}
        @chart=${(event) => this.dragIn(event.detail, low, high)}
      ></hg-chart>
      <div class="slider">
        <div class="slider-head">
          <label for="threshold">Threshold</label><output for="threshold">${format.error(threshold)}</output>
        </div>
        <input
          id="threshold"
          type="range"
          min=${low}
          max=${high}
          step=${(high - low) / 1000}
          .value=${String(threshold)}
          aria-valuetext=${`${format.error(threshold)}: ${format.counted(at.flagged, "sample")} flagged`}
          @input=${(event) => this.move(Number(event.target.value))}
        />
      </div>
      <dl class="facts" aria-live="polite">
        ${fact("Flagged", `${format.count(at.flagged)} of ${format.count(errors.samples)}`)}
        ${fact("Share", format.percent(at.flagged / errors.samples))}
        ${
          errors.truth === null
            ? nothing
            : html`${fact("Precision", format.percent(at.precision))} ${fact("Recall", format.percent(at.recall))}
              ${fact("F1", format.fixed(at.f1, 3))} ${fact("ROC AUC", format.fixed(errors.truth.rocAuc, 3))}
              ${fact("Average precision", format.fixed(errors.truth.averagePrecision, 3))}`
        }
        ${fact("Median error", format.error(errors.percentiles?.p50))}
        ${fact("99 % are below", format.error(errors.percentiles?.p99))}
      </dl>
      ${
        errors.truth === null
          ? nothing
          : html`<div class="row">
                ${
                  errors.truth.best
                    ? html`<button @click=${() => this.move(errors.truth.best.threshold)}>
                        To the best F1 (${format.fixed(errors.truth.best.f1, 3)})
                      </button>`
                    : nothing
                }
              </div>
              <hg-chart
                level="3"
                height="220"
                heading="Precision and recall by threshold"
                .option=${() => curves(errors, threshold)}
                .table=${() => ({
                  heads: ["threshold", "flagged", "precision", "recall", "F1"],
                  rows: errors.scores.map((score) => [
                    score.threshold,
                    score.flagged,
                    score.precision,
                    score.recall,
                    score.f1,
                  ]),
                })}
              ></hg-chart>`
      }`;
  }

  move(threshold) {
    this.threshold = threshold;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => remember({ threshold: Number(threshold.toPrecision(5)) }), 300);
  }

  /** The pointer anywhere in the histogram takes the threshold along. */
  dragIn(chart, low, high) {
    const canvas = chart.getZr();
    let down = false;
    const follow = ({ offsetX }) => {
      const [place] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, 0]);
      this.move(Math.min(high, Math.max(low, place)));
    };
    canvas.on("mousedown", (event) => {
      down = true;
      follow(event);
    });
    canvas.on("mousemove", (event) => down && follow(event));
    canvas.on("mouseup", () => (down = false));
    canvas.on("globalout", () => (down = false));
  }

  gallery({ samples }) {
    const { run, model, thumbnail } = this.model;
    const { data } = chosenData(this.query);
    return html`<div class="browse">
      <div class="tile-grid">
        ${samples.map(
          (sample) =>
            html`<button
              class="tile"
              aria-pressed=${sample.index === this.index}
              @click=${() => remember({ index: sample.index })}
            >
              <img
                src=${api.thumbnailAddress(run, model, sample.index, { data })}
                width=${thumbnail.width}
                height=${thumbnail.height}
                alt=${this.nameOf(sample)}
              />
              ${sample.name ? html`<span class="file-name">${sample.name}</span>` : nothing}
              <span>${format.error(sample[this.measure])}</span>
            </button>`,
        )}
      </div>
      <div class="stack">
        ${stateOf(this.sample, "24rem")}
        ${
          this.sample.value === null
            ? nothing
            : html`<hg-sample
                .sample=${this.sample.value}
                .model=${this.model}
                .heading=${this.nameOf(this.sample.value)}
              ></hg-sample>`
        }
      </div>
    </div>`;
  }

  nameOf({ index, label, name }) {
    if (name) {
      return name;
    }
    return `Sample ${format.count(index)}${label === null ? "" : `, class ${this.model.classNames[label] ?? label}`}`;
  }

  async upload(event) {
    const [file] = event.target.files;
    if (!file) {
      return;
    }
    try {
      const { run, model } = this.model;
      const { data } = await api.upload(run, model, file, mediaType(file), { epoch: chosenData(this.query).epoch });
      this.failure = null;
      this.threshold = null;
      remember({ data, index: null, threshold: null, anomalous: null });
    } catch (failure) {
      this.failure = failure;
    }
  }

  async saveErrors() {
    try {
      const { run, model } = this.model;
      saveBlob(await api.errorsCsv(run, model, chosenData(this.query)), `${run}-${model}-errors.csv`);
    } catch (failure) {
      this.failure = failure;
    }
  }
}

/** What a threshold gives, from the list that came with the histogram: that of the nearest threshold in it. */
function judged({ scores }, threshold) {
  return scores.reduce((best, each) =>
    Math.abs(each.threshold - threshold) < Math.abs(best.threshold - threshold) ? each : best,
  );
}

const fact = (name, value) =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

customElements.define("hg-anomalies", HgAnomalies);
