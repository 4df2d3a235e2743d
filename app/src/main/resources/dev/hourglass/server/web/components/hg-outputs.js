import { PageElement, html, nothing } from "../shared/element.js";
import * as format from "../shared/format.js";
import { choice } from "../shared/model-choice.js";
import { picture } from "../shared/pixels.js";
import { token } from "../shared/theme.js";
import "./hg-chart.js";
import { pictureOf } from "./hg-picture.js";

const MOST_BARS = 32;

/** What each output of a model gives that has several: by its name, beside what it should be, with its own error. */
class HgOutputs extends PageElement {
  static properties = {
    outputs: { attribute: false },
    inputShape: { attribute: false },
    feature: { state: true },
  };

  constructor() {
    super();
    this.feature = 0;
  }

  render() {
    return html`<section class="outputs" aria-label="Outputs">
      <h4>Outputs</h4>
      ${this.outputs.map((output) => this.output(output))}
    </section>`;
  }

  output(output) {
    const { name, is, shape, mse, mae } = output;
    return html`<article aria-label=${`Output ${name}`}>
      <p>
        <strong>${name}</strong>
        <span class="note">${[is, `[${shape.join(", ")}]`].filter((each) => each !== "").join(", ")}</span>
      </p>
      ${this.isShownAbove(output) ? html`<p class="note">Shown above.</p>` : this.values(output)}
      ${
        mse === null
          ? html`<p class="note">What it should be is not known of this sample.</p>`
          : html`<dl class="facts small">
              <div>
                <dt>MSE</dt>
                <dd>${format.error(mse)}</dd>
              </div>
              <div>
                <dt>MAE</dt>
                <dd>${format.error(mae)}</dd>
              </div>
            </dl>`
      }
    </article>`;
  }

  /** The reconstruction has its pictures already. */
  isShownAbove({ is, shape }) {
    return is === "the input" && shape.join() === this.inputShape.join();
  }

  values(output) {
    const { shape, values } = output;
    if (shape.length === 2 && values.length > shape[1]) {
      return this.lines(output);
    }
    return shape.length === 1 && values.length <= MOST_BARS ? this.bars(output) : this.pictures(output);
  }

  pictures({ name, shape, values, expected }) {
    const isImage = shape.length === 3;
    return html`<div class="triptych">
      ${
        expected === null
          ? nothing
          : html`<figure>
              ${pictureOf(picture(expected, shape, isImage), `What ${name} should be`)}
              <figcaption>Should be</figcaption>
            </figure>`
      }
      <figure>
        ${pictureOf(picture(values, shape, isImage), name)}
        <figcaption>Is</figcaption>
      </figure>
    </div>`;
  }

  /** A bar a number, with what it should be in words beside it. */
  bars({ name, values, expected }) {
    const most = Math.max(...values.map(Math.abs), ...(expected ?? []).map(Math.abs)) || 1;
    return html`<ol class="bars" start="0" aria-label=${`The numbers of ${name}`}>
      ${values.map(
        (value, i) =>
          html`<li>
            <span>${i}</span>
            <span class="bar" .style=${`--share:${Math.abs(value) / most}`}></span>
            <span>${format.error(value)}${expected === null ? "" : `, should be ${format.error(expected[i])}`}</span>
          </li>`,
      )}
    </ol>`;
  }

  lines(output) {
    const [, features] = output.shape;
    return html`${
        features === 1
          ? nothing
          : choice(
              `output-feature-${output.name}`,
              "Feature",
              Array.from({ length: features }, (_, i) => [String(i), String(i)]),
              String(Math.min(this.feature, features - 1)),
              (feature) => (this.feature = Number(feature)),
            )
      }
      <hg-chart
        level="3"
        height="180"
        heading=${output.expected === null ? output.name : `${output.name}, and what it should be`}
        .option=${() => this.curves(output)}
        .table=${() => this.numbers(output)}
      ></hg-chart>`;
  }

  curves({ name, shape, values, expected }) {
    const [steps, features] = shape;
    const feature = Math.min(this.feature, features - 1);
    const line = (of, called, color, type) => ({
      type: "line",
      name: called,
      showSymbol: false,
      itemStyle: { color },
      lineStyle: { color, width: 2, type },
      data: Array.from({ length: steps }, (_, step) => [step, of[step * features + feature]]),
    });
    return {
      legend: {},
      tooltip: { trigger: "axis", valueFormatter: format.error },
      xAxis: { type: "value", name: "step", max: steps - 1 },
      yAxis: { type: "value", scale: true },
      series: [
        ...(expected === null ? [] : [line(expected, "should be", token("ink-soft"), "solid")]),
        line(values, name, token("accent"), "dashed"),
      ],
    };
  }

  numbers({ name, shape, values, expected }) {
    const place = (i) => [Math.floor(i / shape[1]), i % shape[1]];
    return {
      heads: ["step", "feature", ...(expected === null ? [] : ["should be"]), name],
      rows: values.map((value, i) => [...place(i), ...(expected === null ? [] : [expected[i]]), value]),
    };
  }
}

customElements.define("hg-outputs", HgOutputs);
