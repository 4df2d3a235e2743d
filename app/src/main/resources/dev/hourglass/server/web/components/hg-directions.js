import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { Latest } from "../shared/latest.js";
import { Loading } from "../shared/loading.js";
import { chosenData } from "../shared/model-choice.js";
import { picture } from "../shared/pixels.js";
import { picturesOf, saveBar } from "../shared/save-bar.js";
import { saveCsv, savePng } from "../shared/save.js";
import { slider } from "../shared/slider.js";
import { pictureOf } from "./hg-picture.js";
import { stateOf } from "./hg-state.js";

const COUNT = 6;

/** Sliders along the directions in which codes differ most, and what the decoder makes of them, at once. */
class HgDirections extends PageElement {
  static properties = {
    model: { attribute: false },
    query: { attribute: false },
    from: { attribute: false },
    amounts: { state: true },
    decoded: { state: true },
    failure: { state: true },
  };

  constructor() {
    super();
    this.amounts = new Array(COUNT).fill(0);
    this.decoded = null;
    this.failure = null;
    this.directions = new Loading(this, ({ run, model, ...query }, { signal, onProgress }) =>
      api.directions(run, model, { ...query, count: COUNT }, onProgress, signal),
    );
    this.asking = new Latest((code) => this.decode(code));
  }

  willUpdate(changed) {
    const { run, model } = this.model;
    this.directions.load({ run, model, ...chosenData(this.query) });
    if (changed.has("from")) {
      this.amounts = new Array(COUNT).fill(0);
    }
    // Once for each code, so that a failure isn't asked for again and again.
    const { value } = this.directions;
    if (value !== null && (changed.has("from") || changed.has("amounts") || value !== this.decodedFrom)) {
      this.decodedFrom = value;
      this.asking.ask(this.code);
    }
  }

  /** The chosen sample's code, or the mean, moved along the directions. */
  get code() {
    const { mean, directions } = this.directions.value;
    return (this.from ?? mean).map((value, i) =>
      directions.reduce(
        (sum, { standardDeviation, vector }, k) => sum + this.amounts[k] * standardDeviation * vector[i],
        value,
      ),
    );
  }

  async decode(code) {
    try {
      const { epoch } = chosenData(this.query);
      const { values, shape } = await api.decode(this.model.run, this.model.model, [code], { epoch });
      this.decoded = { sample: values[0], shape };
      this.failure = null;
    } catch (failure) {
      this.failure = failure;
    }
  }

  render() {
    return html`<section class="card" aria-labelledby="directions">
      <div class="card-head">
        <h2 id="directions">Strongest directions</h2>
        ${this.decoded ? saveBar("the decoded sample", { png: () => savePng(picturesOf(this), "direction.png"), csv: () => this.saveNumbers() }) : nothing}
      </div>
      ${stateOf(this.directions, "20rem", "Looking for the directions of the code")}
      ${
        this.directions.value === null
          ? nothing
          : html`<p class="note">
                From ${this.from ? "the chosen code" : "the mean of all codes"}, in standard deviations.
              </p>
              <div class="decoded">
                ${this.decoded ? this.pictureOf(this.decoded) : html`<div class="skeleton square"></div>`}
              </div>
              ${this.failure ? html`<div class="message" data-tone="bad">${this.failure.message}</div>` : nothing}
              ${this.directions.value.directions.map((direction, i) => this.slider(direction, i))}
              <div><button @click=${() => (this.amounts = new Array(COUNT).fill(0))}>Back to the start</button></div>`
      }
    </section>`;
  }

  slider({ varianceShare }, i) {
    const amount = this.amounts[i] ?? 0;
    return slider({
      id: `direction-${i}`,
      label: `${i + 1}. (${format.percent(varianceShare)} of the variance)`,
      min: -3,
      max: 3,
      step: 0.05,
      value: amount,
      shown: `${amount > 0 ? "+" : ""}${format.fixed(amount, 2)}`,
      onInput: (value) => (this.amounts = this.amounts.with(i, value)),
    });
  }

  pictureOf({ sample, shape }) {
    const isImage = this.model.imageShape !== null;
    return pictureOf(picture(sample, isImage ? this.model.imageShape : shape, isImage), "The decoded sample");
  }

  saveNumbers() {
    saveCsv(
      ["number", "value"],
      this.decoded.sample.map((value, i) => [i, value]),
      "direction.csv",
    );
  }
}

customElements.define("hg-directions", HgDirections);
