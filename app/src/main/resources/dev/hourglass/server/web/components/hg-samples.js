import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { choice, chosenData } from "../shared/model-choice.js";
import { remember } from "../shared/router.js";
import "./hg-sample.js";
import { stateOf } from "./hg-state.js";

const PAGE = 24;
const ORDERS = [
  ["index", "In order"],
  ["worst", "Oddest first"],
  ["best", "Most usual first"],
];

/** Samples to choose from, in order or by their error, and the chosen one whole. Tells `chosen` with its index. */
class HgSamples extends PageElement {
  static properties = { model: { attribute: false }, query: { attribute: false } };

  constructor() {
    super();
    this.list = new Loading(this, ({ run, model, ...query }, { signal, onProgress }) =>
      api.samples(run, model, query, onProgress, signal),
    );
    this.sample = new Loading(this, ({ run, model, index, ...query }, { signal }) =>
      api.sample(run, model, index, query, signal),
    );
  }

  get order() {
    return this.query.get("order") ?? "index";
  }

  get offset() {
    return Number(this.query.get("offset") ?? 0);
  }

  get index() {
    const chosen = this.query.get("index");
    return chosen === null ? (this.list.value?.samples[0]?.index ?? null) : Number(chosen);
  }

  willUpdate() {
    const { run, model } = this.model;
    const from = chosenData(this.query);
    const measure = this.query.get("measure") ?? "mse";
    const label = this.query.get("label") ?? "";
    this.list.load({ run, model, ...from, order: this.order, measure, label, offset: this.offset, limit: PAGE });
    this.sample.load(this.index === null ? null : { run, model, index: this.index, ...from });
  }

  updated() {
    if (this.index !== this.told) {
      this.told = this.index;
      this.dispatchEvent(new CustomEvent("chosen", { detail: this.index }));
    }
  }

  render() {
    const { model } = this;
    return html`<section class="card" aria-labelledby="samples">
      <header>
        <h2 id="samples">Samples</h2>
        <div class="row">
          <div class="segmented" role="group" aria-label="Order">
            ${ORDERS.map(
              ([order, text]) =>
                html`<button
                  aria-pressed=${order === this.order}
                  @click=${() => remember({ order: order === "index" ? null : order, offset: null, index: null })}
                >
                  ${text}
                </button>`,
            )}
          </div>
          ${choice(
            "measure",
            "Error",
            [
              ["mse", "MSE"],
              ["mae", "MAE"],
            ],
            this.query.get("measure") ?? "mse",
            (measure) => remember({ measure: measure === "mse" ? null : measure, offset: null, index: null }),
          )}
          ${
            model.hasLabels
              ? choice(
                  "label",
                  "Class",
                  [["", "all"], ...model.classNames.map((name, i) => [String(i), name])],
                  this.query.get("label") ?? "",
                  (label) => remember({ label, offset: null, index: null }),
                )
              : nothing
          }
        </div>
      </header>
      ${stateOf(this.list, "26rem", "Measuring the errors of all samples")}
      ${
        this.list.value === null
          ? nothing
          : html`<div class="browse">
              <div class="stack">${this.tiles(this.list.value)} ${this.pages(this.list.value)}</div>
              <div class="stack">
                ${stateOf(this.sample, "26rem")}
                ${
                  this.sample.value === null
                    ? nothing
                    : html`<hg-sample
                        .sample=${this.sample.value}
                        .model=${model}
                        .heading=${this.nameOf(this.sample.value)}
                      ></hg-sample>`
                }
              </div>
            </div>`
      }
    </section>`;
  }

  tiles({ samples }) {
    const { run, model, thumbnail } = this.model;
    const { data } = chosenData(this.query);
    return html`<div class="tile-grid">
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
              loading="lazy"
              alt=${this.nameOf(sample)}
            />
            ${sample.name ? html`<span class="file-name">${sample.name}</span>` : nothing}
            <span>${format.error(sample[this.query.get("measure") ?? "mse"])}</span>
          </button>`,
      )}
    </div>`;
  }

  pages({ total, offset }) {
    const to = (place) => remember({ offset: place || null, index: null });
    return html`<div class="row spread">
      <button ?disabled=${offset === 0} @click=${() => to(Math.max(0, offset - PAGE))}>Previous</button>
      <span class="note number"
        >${format.count(Math.min(total, offset + 1))} to ${format.count(Math.min(total, offset + PAGE))} of
        ${format.count(total)}</span
      >
      <button ?disabled=${offset + PAGE >= total} @click=${() => to(offset + PAGE)}>Next</button>
    </div>`;
  }

  nameOf({ index, label, name: file }) {
    if (file) {
      return file;
    }
    const name = label === null ? "" : `, class ${this.model.classNames[label] ?? label}`;
    return `Sample ${format.count(index)}${name}`;
  }
}

customElements.define("hg-samples", HgSamples);
