import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import { Chosen } from "../maps/chosen.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { legend, pointColors } from "../maps/map-colors.js";
import { choice, chosenData, chosenModel, modelBar } from "../shared/model-choice.js";
import { remember } from "../shared/router.js";
import { RunsController, runs } from "../runs/runs.js";
import { saveBar } from "../shared/save-bar.js";
import { saveCsv, savePng } from "../shared/save.js";
import { Thumbnails } from "../shared/thumbnails.js";
import "../components/hg-directions.js";
import "../components/hg-map.js";
import "../components/hg-map-epochs.js";
import "../components/hg-place.js";
import "../components/hg-selection.js";
import { stateOf } from "../components/hg-state.js";

const TOOLS = [
  [
    "move",
    "Move",
    "Drag to move, turn the wheel to zoom. Click on a point for its sample, on empty space to decode that place.",
  ],
  ["walk", "Walk", "Drag from one point to another to walk from code to code."],
  ["lasso", "Lasso", "Draw around samples to list and export them."],
];
const LIMITS = [
  ["2000", "2,000"],
  ["10000", "10,000"],
  ["", "all"],
];

/** Codes on a plane: every sample a point, every place a sample. */
class PageLatent extends PageElement {
  static properties = {
    run: {},
    query: { attribute: false },
    hovered: { state: true },
    selected: { state: true },
  };

  constructor() {
    super();
    this.hovered = null;
    this.chosen = new Chosen(this);
    this.selected = null;
    this.runs = new RunsController(this);
    this.model = new Loading(this, ({ run, model }) => api.model(run, model));
    this.map = new Loading(this, ({ run, model, ...wish }, { signal, onProgress }) =>
      api.createMap(run, model, wish, onProgress, signal),
    );
    this.points = new Loading(this, ({ run, model, map, epoch }, { signal, onProgress }) =>
      this.placesOf(run, model, map, epoch, onProgress, signal),
    );
    this.column = new Loading(this, ({ run, model, map, name }, { signal }) =>
      api.column(run, model, map, name, signal),
    );
    this.known = new Map();
  }

  get tool() {
    return this.query.get("tool") ?? "move";
  }

  get method() {
    return this.query.get("map") ?? "pca";
  }

  /** The epoch that is shown of a PCA map, or null for the map's own. */
  get mapEpoch() {
    const epoch = Number(this.query.get("at"));
    return this.map.value?.epochs?.includes(epoch) ? epoch : null;
  }

  get colorColumn() {
    const columns = this.map.value?.columns ?? [];
    return columns.find(({ name }) => name === this.query.get("color")) ?? columns[0] ?? null;
  }

  willUpdate(changed) {
    const { run, query } = this;
    const model = chosenModel(runs.modelsOf(run), query)?.model;
    if (!model) {
      return;
    }
    const { data, epoch } = chosenData(query);
    this.model.load({ run, model });
    const limit =
      query.get("limit") === null ? (this.method === "tsne" ? 10000 : null) : Number(query.get("limit")) || null;
    this.map.load({ run, model, method: this.method, data, limit, epoch: epoch === "" ? null : Number(epoch) });
    const map = this.map.value;
    this.points.load(map && { run, model, map: map.map, epoch: this.mapEpoch });
    this.column.load(map && this.colorColumn && { run, model, map: map.map, name: this.colorColumn.name });
    if (map?.map !== this.mapBefore) {
      this.mapBefore = map?.map;
      this.chosen.clear();
      this.selected = null;
      this.thumbnails = null;
    }
    if (this.model.value && map && !this.thumbnails) {
      this.thumbnails = new Thumbnails(this.model.value, map.data);
    }
    this.recolor();
    this.arrange();
  }

  /** Colours are made anew only when what they show has changed. */
  recolor() {
    const key = [this.column.value, this.selected, document.documentElement.dataset.theme];
    if (this.column.value && this.colorColumn && key.some((each, i) => each !== this.colorKey?.[i])) {
      this.colorKey = key;
      this.colors = pointColors(this.colorColumn, this.column.value.values, this.selected && new Set(this.selected));
    }
  }

  /** The map keeps its place over reloads; a map of other samples starts whole. */
  arrange() {
    const map = this.map.value;
    if (!map || this.viewOf === map.map) {
      return;
    }
    const [name, x, y, zoom] = (this.query.get("view") ?? "").split(" ");
    this.viewOf = map.map;
    this.view = name === map.map ? { x: Number(x), y: Number(y), zoom: Number(zoom) } : null;
  }

  async placesOf(run, model, map, epoch, onProgress, signal) {
    const key = `${run}/${model}/${map}/${epoch}`;
    if (!this.known.has(key)) {
      this.known.set(
        key,
        (await api.points(run, model, map, epoch === null ? {} : { epoch }, onProgress, signal)).values,
      );
    }
    return this.known.get(key);
  }

  render() {
    const models = runs.modelsOf(this.run);
    if (runs.loaded && models.length === 0) {
      return html`<div class="page">
        <h1>Latent space</h1>
        <div class="card empty">
          <p>This run has no usable model yet: one appears when the first epoch is done.</p>
        </div>
      </div>`;
    }
    return html`<div class="page">
      <div class="page-head">
        <div>
          <h1>Latent space</h1>
          <p class="lead">
            ${this.map.value ? `${format.counted(this.map.value.samples, "sample")}, each at the place of its code` : "\u00a0"}
          </p>
        </div>
        ${modelBar(models, this.model.value, this.query)}
      </div>
      <div class="latent">
        <section class="card" aria-label="Map">${this.controls()} ${this.board()} ${this.below()}</section>
        <div class="stack side-panel">${this.panel()}</div>
      </div>
    </div>`;
  }

  controls() {
    const { method } = this;
    const columns = this.map.value?.columns ?? [];
    return html`<div class="row spread">
      <div class="row">
        <div class="segmented" role="group" aria-label="Map">
          ${[
            ["pca", "PCA"],
            ["tsne", "t-SNE"],
          ].map(
            ([name, text]) =>
              html`<button
                aria-pressed=${method === name}
                @click=${() => remember({ map: name === "pca" ? null : name, at: null, limit: null })}
              >
                ${text}
              </button>`,
          )}
        </div>
        <div class="segmented" role="group" aria-label="Tool">
          ${TOOLS.map(
            ([name, text, hint]) =>
              html`<button
                title=${hint}
                aria-pressed=${this.tool === name}
                @click=${() => remember({ tool: name === "move" ? null : name })}
              >
                ${text}
              </button>`,
          )}
        </div>
      </div>
      <div class="row">
        ${choice("limit", "Samples", LIMITS, this.query.get("limit") ?? (method === "tsne" ? "10000" : ""), (limit) =>
          remember({ limit: limit === "" ? "all" : limit }),
        )}
        ${choice(
          "color",
          "Colour",
          columns.map(({ name }) => [name, name]),
          this.colorColumn?.name ?? "",
          (color) => remember({ color }),
        )}
        ${saveBar("the map", { png: () => savePng(this.querySelector("hg-map").picture(), `${this.map.value.map}.png`), csv: () => this.saveNumbers() })}
      </div>
    </div>`;
  }

  board() {
    const { map, points, column } = this;
    const states = html`${stateOf(map)} ${stateOf(points)} ${stateOf(column)}`;
    return html`<div class="map-frame">
      <div class="map-states">${states}</div>
      ${
        points.value && column.value && this.colors?.length === 2 * points.value.length
          ? html`<hg-map
              .places=${points.value}
              .colors=${this.colors}
              .tool=${this.tool}
              .view=${this.view}
              .mark=${this.chosen.value?.mark ?? null}
              .path=${this.chosen.value?.path ?? []}
              label=${`Map of ${map.value.samples} codes`}
              @hover=${(event) => this.hover(event.detail)}
              @pick=${(event) => this.pick(event.detail)}
              @place=${(event) => this.chosen.place(this.model.value, map.value.map, event.detail)}
              @walk=${(event) => this.chosen.walk(this.model.value, map.value.map, event.detail)}
              @lasso=${(event) => this.select(event.detail)}
              @view=${(event) => this.keepView(event.detail)}
            ></hg-map>`
          : html`<div class="skeleton map">
              <p role="status">${this.model.value ? "Computing the codes and the map" : "Opening the model"}…</p>
            </div>`
      }
      <div class="hover-card" ?hidden=${this.hovered === null}>
        <canvas aria-hidden="true"></canvas>
        <span class="number">${this.hovered ? this.nameOf(this.hovered.index) : ""}</span>
      </div>
    </div>`;
  }

  below() {
    const map = this.map.value;
    const column = this.colorColumn;
    return html`<div class="row spread map-below">
        <span class="note">${TOOLS.find(([name]) => name === this.tool)?.[2]}</span>
        ${column && this.column.value ? legend(column, this.column.value.values) : nothing}
      </div>
      ${
        map?.epochs?.length > 1
          ? html`<hg-map-epochs
              .epochs=${map.epochs}
              .epoch=${this.mapEpoch}
              @epoch=${(event) => remember({ at: event.detail })}
            ></hg-map-epochs>`
          : nothing
      }
      <p class="note">${map?.note ?? "\u00a0"}</p>`;
  }

  panel() {
    const model = this.model.value;
    if (!model || !this.map.value) {
      return html`<div class="card skeleton tall"></div>`;
    }
    return html`<hg-place .model=${model} .chosen=${this.chosen.value} .query=${this.query}></hg-place>
      <hg-directions .model=${model} .query=${this.query} .from=${this.chosen.value?.code ?? null}></hg-directions>
      <hg-selection
        .model=${model}
        .map=${this.map.value.map}
        .indices=${this.selected}
        @pick=${(event) => this.pick(event.detail)}
        @clear=${() => (this.selected = null)}
      ></hg-selection>`;
  }

  nameOf(index) {
    const column = this.colorColumn;
    const value = this.column.value?.values[index];
    const shown = column?.kind === "category" ? (column.names[value] ?? value) : format.error(value);
    return `${format.count(index)}: ${column?.name} ${shown}`;
  }

  hover(detail) {
    this.hovered = detail;
    if (detail === null) {
      return;
    }
    const card = this.querySelector(".hover-card");
    const frame = this.querySelector(".map-frame");
    const right = detail.left > frame.clientWidth - 130;
    const low = detail.top > frame.clientHeight - 150;
    card.style.transform = `translate(${detail.left + (right ? -118 : 16)}px, ${detail.top + (low ? -138 : 16)}px)`;
    this.thumbnails?.draw(detail.index, card.querySelector("canvas"));
  }

  pick(index) {
    const mark = { x: this.points.value[2 * index], y: this.points.value[2 * index + 1] };
    return this.chosen.sample(this.model.value, chosenData(this.query), index, mark);
  }

  select(indices) {
    this.selected = indices.length > 0 ? indices : null;
  }

  keepView(view) {
    this.view = view ?? this.querySelector("hg-map").view;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(
      () =>
        remember({
          view:
            view && [this.map.value.map, ...[view.x, view.y, view.zoom].map((each) => each.toPrecision(5))].join(" "),
        }),
      300,
    );
  }

  saveNumbers() {
    const places = this.points.value;
    const { values } = this.column.value;
    saveCsv(
      ["index", "x", "y", this.colorColumn.name],
      Array.from(values, (value, i) => [i, places[2 * i], places[2 * i + 1], value]),
      `${this.map.value.map}.csv`,
    );
  }
}

customElements.define("page-latent", PageLatent);
