import { PageElement, html, nothing } from "../shared/element.js";
import * as format from "../shared/format.js";
import { choice } from "../shared/model-choice.js";
import { errorOverPicture, errorPicture, largestError, picture } from "../shared/pixels.js";
import { picturesOf, saveBar } from "../shared/save-bar.js";
import { fileName, saveCsv, savePng } from "../shared/save.js";
import { token } from "../shared/theme.js";
import "./hg-chart.js";
import "./hg-code.js";
import "./hg-outputs.js";
import { pictureOf } from "./hg-picture.js";

/** One sample whole: input, reconstruction, where they differ, the code between them, and the errors in numbers. */
class HgSample extends PageElement {
  static properties = {
    sample: { attribute: false },
    model: { attribute: false },
    heading: {},
    millis: { type: Number },
    feature: { state: true },
    over: { state: true },
    regions: { state: true },
  };

  constructor() {
    super();
    this.feature = 0;
    this.over = false;
    this.regions = false;
  }

  render() {
    const { sample } = this;
    return html`<div class="stack">
      <div class="card-head">
        <h3>${this.heading}</h3>
        ${saveBar("the sample", { png: () => this.savePicture(), csv: () => this.saveNumbers() })}
      </div>
      ${this.isImage ? this.images() : this.sequence()}
      <dl class="facts small">
        ${fact("MSE", format.error(sample.mse))} ${fact("MAE", format.error(sample.mae))}
        ${fact("PSNR", sample.psnrDecibels === null ? format.ABSENT : `${format.fixed(sample.psnrDecibels, 1)}\u202fdB`)}
        ${sample.ssim === null ? nothing : fact("SSIM", format.fixed(sample.ssim, 3))}
        ${this.millis ? fact("Answer after", format.duration(this.millis / 1000)) : nothing}
      </dl>
      ${
        sample.outputs?.length > 0
          ? html`<hg-outputs .outputs=${sample.outputs} .inputShape=${sample.shape}></hg-outputs>`
          : nothing
      }
      <hg-code .code=${sample.code} .shape=${sample.latentShape}></hg-code>
    </div>`;
  }

  get isImage() {
    return this.model.layout === "image" || this.model.imageShape !== null;
  }

  get shape() {
    return this.isImage ? (this.model.imageShape ?? this.sample.shape) : this.sample.shape;
  }

  images() {
    const { input, reconstruction } = this.sample;
    const most = largestError(input, reconstruction, this.shape);
    return html`<div class="triptych">
      <figure>
        ${pictureOf(picture(input, this.shape, true), "Input")}
        <figcaption>Input</figcaption>
      </figure>
      <figure>
        ${pictureOf(picture(reconstruction, this.shape, true), "Reconstruction")}
        <figcaption>Reconstruction</figcaption>
      </figure>
      <figure>
        ${
          this.over
            ? pictureOf(
                errorOverPicture(input, reconstruction, this.shape, this.regions),
                `Error by ${this.regions ? "region" : "pixel"} over the input`,
              )
            : pictureOf(errorPicture(input, reconstruction, this.shape, true), "Error by pixel")
        }
        <figcaption>Error, ${this.over ? "most orange" : "brightest"} ${format.error(most)}</figcaption>
      </figure>
    </div>
    <div class="row">
      <label class="check"
        ><input type="checkbox" .checked=${this.over} @change=${(event) => (this.over = event.target.checked)} /> Error
        over the input</label
      >
      ${
        this.over
          ? html`<label class="check"
              ><input
                type="checkbox"
                .checked=${this.regions}
                @change=${(event) => (this.regions = event.target.checked)}
              />
              by region</label
            >`
          : nothing
      }
    </div>`;
  }

  sequence() {
    const { input, reconstruction } = this.sample;
    const [, features = 1] = this.shape;
    return html`${
        features === 1
          ? nothing
          : choice(
              `feature-${fileName(this.heading)}`,
              "Feature",
              Array.from({ length: features }, (_, i) => [String(i), String(i)]),
              String(this.feature),
              (feature) => (this.feature = Number(feature)),
            )
      }
      <hg-chart
        level="3"
        height="220"
        heading="Input and reconstruction"
        .option=${() => this.curves(features)}
        .table=${() => this.numbers()}
      ></hg-chart>
      <figure class="sequence-error">
        ${pictureOf(errorPicture(input, reconstruction, this.shape), "Error by step and feature")}
        <figcaption>
          Error by step (across) and feature (down), brightest
          ${format.error(largestError(input, reconstruction, this.shape))}
        </figcaption>
      </figure>`;
  }

  curves(features) {
    const of = (values, feature) =>
      Array.from({ length: values.length / features }, (_, step) => [step, values[step * features + feature]]);
    const feature = Math.min(this.feature, features - 1);
    const line = (name, values, color, type) => ({
      type: "line",
      name,
      showSymbol: false,
      itemStyle: { color },
      lineStyle: { color, width: 2, type },
      data: of(values, feature),
    });
    return {
      legend: {},
      tooltip: { trigger: "axis", valueFormatter: format.error },
      xAxis: { type: "value", name: "step", max: this.shape[0] - 1 },
      yAxis: { type: "value", scale: true },
      series: [
        line("input", this.sample.input, token("ink-soft"), "solid"),
        line("reconstruction", this.sample.reconstruction, token("accent"), "dashed"),
      ],
    };
  }

  /** A row a number: where it stands, what it was and what became of it. */
  numbers() {
    const { input, reconstruction } = this.sample;
    const { shape } = this;
    const heads =
      shape.length === 3 ? ["row", "column", "channel"] : shape.length === 2 ? ["step", "feature"] : ["number"];
    const place = (i) => {
      const at = [];
      for (let d = shape.length - 1, rest = i; d >= 0; rest = Math.floor(rest / shape[d]), d--) {
        at.unshift(rest % shape[d]);
      }
      return at;
    };
    return {
      heads: [...heads, "input", "reconstruction", "error"],
      rows: input.map((value, i) => [...place(i), value, reconstruction[i], Math.abs(value - reconstruction[i])]),
    };
  }

  savePicture() {
    savePng(picturesOf(this), `sample-${this.sample.index}.png`);
  }

  saveNumbers() {
    const { heads, rows } = this.numbers();
    saveCsv(heads, rows, `sample-${this.sample.index}.csv`);
  }
}

const fact = (name, value) =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

customElements.define("hg-sample", HgSample);
