import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { Latest } from "../shared/latest.js";
import { Loading } from "../shared/loading.js";
import { chosenData } from "../shared/model-choice.js";
import { picture } from "../shared/pixels.js";
import { remember } from "../shared/router.js";
import { picturesOf, saveBar } from "../shared/save-bar.js";
import { saveCsv, savePng } from "../shared/save.js";
import { slider } from "../shared/slider.js";
import { token } from "../shared/theme.js";
import { mediaType } from "../shared/uploads.js";
import { beforeAfter } from "./hg-before-after.js";
import "./hg-chart.js";
import { pictureOf } from "./hg-picture.js";
import { stateOf } from "./hg-state.js";

/** Noise by a slider, what the model makes of it, and what that gains on average at each level. */
class HgDenoising extends PageElement {
  static properties = {
    model: { attribute: false },
    query: { attribute: false },
    noise: { state: true },
    denoised: { state: true },
    own: { state: true },
    failure: { state: true },
  };

  constructor() {
    super();
    this.noise = null;
    this.denoised = null;
    this.own = null;
    this.failure = null;
    this.asking = new Latest((wish) => this.ask(wish));
    this.gain = new Loading(this, ({ run, model, ...query }, { signal, onProgress }) =>
      api.denoisingGain(run, model, query, onProgress, signal),
    );
  }

  get index() {
    return Number(this.query.get("noisy") ?? 0);
  }

  get isImage() {
    return this.model.imageShape !== null || this.model.layout === "image";
  }

  /** Numbers as a picture; of images what lies beyond black and white is black and white. */
  pixels(values, shape) {
    const inside = (value) => (this.isImage ? Math.min(1, Math.max(0, value)) : value);
    return picture(values.map(inside), this.model.imageShape ?? shape, this.isImage);
  }

  willUpdate(changed) {
    if (changed.has("model") && changed.get("model")?.model !== this.model.model) {
      this.own = null;
    }
    const { run, model, testSamples } = this.model;
    this.noise ??= Number(this.query.get("noise") ?? 0.3);
    const from = chosenData(this.query);
    this.gain.load({ run, model, ...from, samples: Math.min(200, testSamples) });
    const wish = { run, model, ...from, index: this.index, noise: this.noise };
    if (JSON.stringify(wish) !== JSON.stringify(this.asked)) {
      this.asked = wish;
      this.asking.ask(wish);
    }
  }

  async ask({ run, model, ...query }) {
    try {
      this.denoised = await api.denoise(run, model, query);
      this.failure = null;
    } catch (failure) {
      this.failure = failure;
    }
  }

  render() {
    return html`<section class="card" aria-labelledby="denoising">
      <header>
        <h2 id="denoising">Denoising</h2>
        ${saveBar("the denoised sample", {
          png: this.denoised && (() => savePng(picturesOf(this.querySelector(".triptych")), "denoising.png")),
          csv: this.denoised && (() => this.saveNumbers()),
        })}
      </header>
      ${
        this.failure
          ? html`<div class="message" data-tone="bad" role="alert">
              <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
            </div>`
          : nothing
      }
      <div class="columns">
        <div class="stack">
          ${this.isImage ? this.ownPicture() : nothing} ${this.controls()} ${this.denoised ? this.pictures(this.denoised) : html`<div class="skeleton tall"></div>`}
        </div>
        <div class="stack">
          ${stateOf(this.gain, "20rem", "Measuring the gain at each level of noise")} ${this.gain.value === null ? nothing : this.gains(this.gain.value)}
        </div>
      </div>
    </section>`;
  }

  controls() {
    return html`${slider({
        id: "noise",
        label: "Noise (standard deviation, as a share of the data's range)",
        min: 0,
        max: 1,
        step: 0.01,
        value: this.noise,
        shown: format.fixed(this.noise, 2),
        onInput: (noise) => this.change(noise),
      })}
      <div class="row">
        <button ?disabled=${this.index === 0} @click=${() => remember({ noisy: this.index - 1 || null })}>
          Previous sample
        </button>
        <span class="note number">Sample ${format.count(this.index)}</span>
        <button @click=${() => remember({ noisy: this.index + 1 })}>Next sample</button>
      </div>`;
  }

  change(noise) {
    this.noise = noise;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => remember({ noise }), 300);
  }

  ownPicture() {
    const own = this.own;
    return html`<div class="field">
        <label for="noisy-file">Denoise a picture of your own (PNG or JPEG)</label>
        <input id="noisy-file" type="file" accept=".png,.jpg,.jpeg" @change=${(event) => this.bring(event)} />
      </div>
      ${
        own === null
          ? nothing
          : html`<h3>${own.name}</h3>
              ${beforeAfter(this.pixels(own.first.input, own.first.shape), this.pixels(own.first.reconstruction, own.first.shape), ["As it is", "Denoised"])}
              <div class="row">
                <p class="note">
                  Brought to the model's size. How good it is can't be measured: nobody knows the clean picture.
                </p>
                <button @click=${() => (this.own = null)}>Close ${own.name}</button>
              </div>`
      }`;
  }

  async bring(event) {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) {
      return;
    }
    try {
      const { run, model } = this.model;
      const { first } = await api.upload(run, model, file, mediaType(file), { epoch: chosenData(this.query).epoch });
      this.own = { name: file.name, first };
      this.failure = null;
    } catch (failure) {
      this.failure = failure;
    }
  }

  pictures(denoised) {
    const { clean, noisy, shape } = denoised;
    const isImage = this.isImage;
    const of = (values) => this.pixels(values, shape);
    const gain = (value, unit) =>
      value === null ? format.ABSENT : `${value > 0 ? "+" : ""}${format.fixed(value, 2)}${unit}`;
    return html`${isImage ? beforeAfter(of(noisy), of(denoised.denoised), ["With noise", "Denoised"]) : nothing}
      <div class="triptych ${isImage ? "" : "long"}">
        <figure>
          ${pictureOf(of(clean), "Clean")}
          <figcaption>Clean</figcaption>
        </figure>
        <figure>
          ${pictureOf(of(noisy), "With noise")}
          <figcaption>With noise</figcaption>
        </figure>
        <figure>
          ${pictureOf(of(denoised.denoised), "Denoised")}
          <figcaption>Denoised</figcaption>
        </figure>
      </div>
      <dl class="facts small">
        ${fact("PSNR, noisy", decibels(denoised.noisyPsnrDecibels))}
        ${fact("PSNR, denoised", decibels(denoised.denoisedPsnrDecibels))}
        ${fact("PSNR gain", gain(denoised.psnrGainDecibels, "\u202fdB"))}
        ${
          denoised.ssimGain === null || denoised.ssimGain === undefined
            ? nothing
            : html`${fact("SSIM, noisy", format.fixed(denoised.noisySsim, 3))}
              ${fact("SSIM, denoised", format.fixed(denoised.denoisedSsim, 3))}
              ${fact("SSIM gain", gain(denoised.ssimGain, ""))}`
        }
      </dl>`;
  }

  gains({ samples, levels }) {
    const hasSsim = levels.some(({ ssimGain }) => ssimGain !== null && ssimGain !== undefined);
    return html`<hg-chart
      level="3"
      height="300"
      heading="Mean gain by noise"
      note=${`Over ${format.counted(samples, "sample")}. Above 0, the model removes more error than it adds.`}
      .option=${() => this.gainChart(levels, hasSsim)}
      .table=${() => ({
        heads: [
          "noise",
          "PSNR noisy (dB)",
          "PSNR denoised (dB)",
          "PSNR gain (dB)",
          "SSIM noisy",
          "SSIM denoised",
          "SSIM gain",
        ],
        rows: levels.map((level) => [
          level.noise,
          level.noisyPsnrDecibels,
          level.denoisedPsnrDecibels,
          level.psnrGainDecibels,
          level.noisySsim,
          level.denoisedSsim,
          level.ssimGain,
        ]),
      })}
    ></hg-chart>`;
  }

  gainChart(levels, hasSsim) {
    const line = (name, of, color, type, axis) => ({
      type: "line",
      name,
      yAxisIndex: axis,
      symbolSize: 6,
      itemStyle: { color },
      lineStyle: { color, width: 2, type },
      data: levels.map((level) => [level.noise, level[of]]),
    });
    const psnr = line("PSNR gain (dB)", "psnrGainDecibels", token("accent"), "solid", 0);
    psnr.markLine = {
      symbol: "none",
      silent: true,
      precision: 12,
      label: { show: false },
      lineStyle: { color: token("ink-soft"), type: "dotted" },
      data: [{ xAxis: this.noise }],
    };
    return {
      legend: {},
      grid: { left: 20, right: 24 },
      tooltip: { trigger: "axis", valueFormatter: (value) => format.fixed(value, 3) },
      xAxis: { type: "value", name: "noise", min: 0, max: 1 },
      yAxis: [
        { type: "value", axisLabel: { formatter: (value) => `${value} dB` } },
        ...(hasSsim ? [{ type: "value", splitLine: { show: false } }] : []),
      ],
      series: [psnr, ...(hasSsim ? [line("SSIM gain", "ssimGain", token("code"), "dashed", 1)] : [])],
    };
  }

  saveNumbers() {
    const { clean, noisy, denoised } = this.denoised;
    saveCsv(
      ["number", "clean", "noisy", "denoised"],
      clean.map((value, i) => [i, value, noisy[i], denoised[i]]),
      "denoising.csv",
    );
  }
}

const decibels = (value) => (value === null ? format.ABSENT : `${format.fixed(value, 1)}\u202fdB`);
const fact = (name, value) =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

customElements.define("hg-denoising", HgDenoising);
