import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { choice, chosenData } from "../shared/model-choice.js";
import { magnitudePicture, signedPicture } from "../shared/pixels.js";
import { remember } from "../shared/router.js";
import { picturesOf, saveBar } from "../shared/save-bar.js";
import { saveCsv, savePng } from "../shared/save.js";
import { pictureOf } from "./hg-picture.js";
import { stateOf } from "./hg-state.js";

const MOST_PICTURES = 64;

/** What a layer has learned (its filters) and what it makes of the chosen sample (its feature maps or states). */
class HgLayers extends PageElement {
  static properties = { model: { attribute: false }, query: { attribute: false }, index: { type: Number } };

  constructor() {
    super();
    this.filters = new Loading(this, ({ run, model, layer, epoch }, { signal }) =>
      api.filters(run, model, layer, { epoch }, signal),
    );
    this.activations = new Loading(this, ({ run, model, layer, ...query }, { signal }) =>
      api.activations(run, model, layer, query, signal),
    );
  }

  get layer() {
    const wanted = this.query.get("layer");
    return this.model.layers.find((layer) => layer.name === wanted) ?? this.model.layers[0];
  }

  willUpdate() {
    const { run, model } = this.model;
    const { data, epoch } = chosenData(this.query);
    const layer = this.layer.name;
    this.filters.load(this.layer.parameters > 0 ? { run, model, layer, epoch } : null);
    this.activations.load(this.index === null ? null : { run, model, layer, data, epoch, index: this.index });
  }

  render() {
    const { layer } = this;
    return html`<section class="card" aria-labelledby="layers">
      <header>
        <h2 id="layers">Filters and feature maps</h2>
        ${choice(
          "layer",
          "Layer",
          this.model.layers.map(({ name, type }) => [name, `${name} (${type})`]),
          layer.name,
          (name) => remember({ layer: name }),
        )}
      </header>
      <div class="columns">
        <div class="stack" id="filters">
          ${stateOf(this.filters, "14rem")}
          ${
            layer.parameters === 0
              ? html`<p class="note">${layer.name} has no trainable parameters.</p>`
              : this.filters.value === null
                ? nothing
                : this.weights(this.filters.value)
          }
        </div>
        <div class="stack" id="feature-maps">
          ${stateOf(this.activations, "14rem", "Computing what the layer gives")}
          ${this.activations.value === null ? nothing : this.outputs(this.activations.value)}
        </div>
      </div>
    </section>`;
  }

  weights({ variables }) {
    const kernel = variables.find(({ shape }) => shape.length >= 2) ?? variables[0];
    const pictures = weightPictures(kernel);
    const most = kernel.values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    return html`<div class="card-head">
        <h3>Weights: ${kernel.name}, ${format.shape(kernel.shape)}</h3>
        ${saveBar("the weights", {
          png: () => this.save("filters"),
          csv: () =>
            saveCsv(
              ["variable", "place", "value"],
              variables.flatMap(({ name, values }) => values.map((value, i) => [name, i, value])),
              `${this.layer.name}-weights.csv`,
            ),
        })}
      </div>
      <div class=${kernel.shape.length === 4 ? "maps" : "maps whole"}>
        ${pictures
          .slice(0, MOST_PICTURES)
          .map(([values, height, width], i) => pictureOf(signedPicture(values, height, width, most), `Weights ${i}`))}
      </div>
      <p class="note">
        Blue is below 0, orange above, full at ${format.plain(most)}.
        ${kernel.shape.length === 4 ? "One picture per filter; for several input channels, their mean." : ""}
        ${rest(pictures.length)}
      </p>`;
  }

  outputs({ shape, values }) {
    const pictures = outputPictures(shape, values);
    return html`<div class="card-head">
        <h3>Output for sample ${format.count(this.index)}: ${format.shape(shape)}</h3>
        ${saveBar("the output", {
          png: () => this.save("feature-maps"),
          csv: () =>
            saveCsv(
              ["place", "value"],
              values.map((value, i) => [i, value]),
              `${this.layer.name}-output.csv`,
            ),
        })}
      </div>
      <div class=${shape.length === 3 ? "maps" : "maps whole"}>
        ${pictures
          .slice(0, MOST_PICTURES)
          .map(([map, height, width], i) =>
            pictureOf(magnitudePicture(map, height, width), shape.length === 3 ? `Feature map ${i}` : "Output"),
          )}
      </div>
      <p class="note">
        ${shape.length === 3 ? "One picture per channel, each scaled from its darkest to its brightest value." : shape.length === 2 ? "One column per step, one row per unit." : ""}
        ${rest(pictures.length)}
      </p>`;
  }

  save(part) {
    savePng(picturesOf(this.querySelector(`#${part}`)), `${this.layer.name}-${part}.png`);
  }
}

const rest = (count) => (count > MOST_PICTURES ? `The first ${MOST_PICTURES} of ${count}; the CSV has all.` : "");

/** Conv2D: a picture a filter, [height, width, in, filters]; other kernels as one matrix. */
function weightPictures({ shape, values }) {
  if (shape.length !== 4) {
    const [height, width] = shape.length === 2 ? shape : [1, values.length];
    return [[values, height, width]];
  }
  const [height, width, channels, filters] = shape;
  return Array.from({ length: filters }, (_, filter) => {
    const map = new Array(height * width).fill(0);
    for (let cell = 0; cell < height * width; cell++) {
      for (let channel = 0; channel < channels; channel++) {
        map[cell] += values[(cell * channels + channel) * filters + filter] / channels;
      }
    }
    return [map, height, width];
  });
}

/** An image: a picture a channel. A sequence: one picture, steps across. A vector: one row. */
function outputPictures(shape, values) {
  if (shape.length === 3) {
    const [height, width, channels] = shape;
    return Array.from({ length: channels }, (_, channel) => [
      values.filter((_, i) => i % channels === channel),
      height,
      width,
    ]);
  }
  if (shape.length === 2) {
    const [steps, units] = shape;
    const turned = Array.from({ length: values.length }, (_, i) => values[(i % steps) * units + Math.floor(i / steps)]);
    return [[turned, units, steps]];
  }
  return [[values, 1, values.length]];
}

customElements.define("hg-layers", HgLayers);
