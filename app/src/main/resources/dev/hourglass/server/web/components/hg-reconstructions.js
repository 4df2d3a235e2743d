import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { picture } from "../shared/pixels.js";
import { remember } from "../shared/router.js";
import { slider } from "../shared/slider.js";
import { pictureOf } from "./hg-picture.js";
import { stateOf } from "./hg-state.js";

const PLAY_MILLIS = 500;

/** Fixed test samples as a model rebuilt them after each epoch. The slider stays where it was put, or at the newest. */
class HgReconstructions extends PageElement {
  static properties = {
    run: {},
    models: { attribute: false },
    done: {},
    over: { type: Boolean },
    query: { attribute: false },
    playing: { state: true },
  };

  constructor() {
    super();
    this.playing = false;
    this.known = new Map();
    this.samples = new Loading(this, ({ run, model }) => api.snapshots(run, model));
    this.snapshot = new Loading(this, ({ run, model, epoch }) => this.remembered(run, model, epoch));
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    this.playing = false;
    super.disconnectedCallback();
  }

  get model() {
    const wanted = this.query.get("model");
    return this.models.includes(wanted) ? wanted : this.models[0];
  }

  get epochs() {
    return this.samples.value?.epochs ?? [];
  }

  get epoch() {
    const wanted = Number(this.query.get("epoch"));
    return this.epochs.includes(wanted) ? wanted : (this.epochs.at(-1) ?? null);
  }

  willUpdate() {
    const { run, model } = this;
    this.samples.load({ run, model, done: this.done });
    if (this.samples.value !== null) {
      this.snapshot.load(this.epoch === null ? null : { run, model, epoch: this.epoch });
    }
  }

  /** An epoch's reconstructions never change, so playing asks for each once. */
  async remembered(run, model, epoch) {
    const key = `${run}/${model}/${epoch}`;
    if (!this.known.has(key)) {
      this.known.set(key, await api.snapshot(run, model, epoch));
    }
    return this.known.get(key);
  }

  render() {
    return html`<section class="card" aria-labelledby="reconstructions">
      <header>
        <h2 id="reconstructions">Reconstructions over the epochs</h2>
        <div class="segmented" role="group" aria-label="Model">
          ${this.models.map(
            (model) =>
              html`<button aria-pressed=${model === this.model} @click=${() => remember({ model, epoch: null })}>
                ${model}
              </button>`,
          )}
        </div>
      </header>
      ${stateOf(this.samples, "14rem")} ${this.samples.value === null ? nothing : this.body()}
    </section>`;
  }

  body() {
    const epochs = this.epochs;
    if (epochs.length === 0) {
      return html`<p class="note ${this.over ? "" : "tall"}">
        ${
          this.over
            ? "This run kept no weights of its epochs."
            : "The first reconstructions appear at the end of the first epoch."
        }
      </p>`;
    }
    const epoch = this.epoch;
    const place = epochs.indexOf(epoch);
    return html`<div class="play-row">
        <button aria-pressed=${this.playing} ?disabled=${epochs.length < 2} @click=${this.play}>
          ${this.playing ? "Stop" : "Play"}
        </button>
        ${slider({
          id: "epoch-slider",
          label: "Epoch",
          min: 0,
          max: epochs.length - 1,
          value: place,
          shown: `${epoch} of ${epochs.at(-1)}`,
          onInput: (at) => remember({ epoch: epochs[at] === epochs.at(-1) ? null : epochs[at] }),
          disabled: epochs.length < 2,
        })}
      </div>
      ${stateOf(this.snapshot)} ${this.strip()}`;
  }

  strip() {
    const { inputs, shape, labels, indices } = this.samples.value;
    const snapshot = this.snapshot.value;
    const name = (i) => (labels ? `test sample ${indices[i]}, class ${labels[i]}` : `test sample ${indices[i]}`);
    return html`<div class="scroll-x" tabindex="0" role="group" aria-label="Samples and their reconstructions">
      <div class="samples-strip" .style=${`--samples:${inputs.length}`}>
        <span>Input</span>
        ${inputs.map((input, i) => pictureOf(picture(input, shape), `Input: ${name(i)}`))}
        <span>After epoch ${snapshot?.epoch ?? ""}</span>
        ${inputs.map((input, i) =>
          snapshot
            ? pictureOf(
                picture(snapshot.reconstructions[i], snapshot.shape),
                `After epoch ${snapshot.epoch}: ${name(i)}`,
              )
            : pictureOf(
                picture(
                  input.map(() => 0),
                  shape,
                ),
                "Not loaded yet",
              ),
        )}
        <span>MSE</span>
        ${inputs.map((_, i) => html`<span class="note">${format.error(snapshot?.mse[i])}</span>`)}
      </div>
    </div>`;
  }

  play() {
    this.playing = !this.playing;
    clearInterval(this.timer);
    if (this.playing) {
      this.timer = setInterval(() => {
        const next = (this.epochs.indexOf(this.epoch) + 1) % this.epochs.length;
        remember({ epoch: this.epochs[next] });
      }, PLAY_MILLIS);
    }
  }
}

customElements.define("hg-reconstructions", HgReconstructions);
