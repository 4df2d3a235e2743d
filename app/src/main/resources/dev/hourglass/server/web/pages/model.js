import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { chosenModel, modelBar } from "../shared/model-choice.js";
import { href } from "../shared/router.js";
import { RunsController, runs } from "../runs/runs.js";
import "../components/hg-architecture.js";
import "../components/hg-layers.js";
import "../components/hg-own-sample.js";
import "../components/hg-samples.js";
import { stateOf } from "../components/hg-state.js";

/** A model of one kind: what it is, what it makes of samples and of one's own, and what its layers see. */
class PageModel extends PageElement {
  static properties = { run: {}, kind: {}, heading: {}, query: { attribute: false }, index: { state: true } };

  constructor() {
    super();
    this.index = null;
    this.runs = new RunsController(this);
    this.model = new Loading(this, ({ run, model }) => api.model(run, model));
  }

  get models() {
    return runs.modelsOf(this.run).filter((model) => model.kind === this.kind);
  }

  willUpdate() {
    const chosen = chosenModel(this.models, this.query);
    this.model.load(chosen && { run: this.run, model: chosen.model, done: runs.find(this.run)?.state });
  }

  render() {
    if (runs.loaded && this.models.length === 0) {
      return this.none();
    }
    const model = this.model.value;
    return html`<div class="page">
      <div class="page-head">
        <div>
          <h1>${this.heading}</h1>
          <p class="lead">${model ? summary(model) : "\u00a0"}</p>
        </div>
        ${modelBar(this.models, model, this.query)}
      </div>
      ${stateOf(this.model, "40rem", "Opening the model and its test data")} ${model ? this.body(model) : nothing}
    </div>`;
  }

  body(model) {
    return html`${model.warnings.map((warning) => html`<div class="message" data-tone="warn">${warning}</div>`)}
      <hg-samples .model=${model} .query=${this.query} @chosen=${(event) => (this.index = event.detail)}></hg-samples>
      <hg-own-sample .model=${model} .query=${this.query}></hg-own-sample>
      <hg-architecture .model=${model}></hg-architecture>
      <hg-layers .model=${model} .query=${this.query} .index=${this.index}></hg-layers>`;
  }

  none() {
    const others = [...new Set(runs.models.filter((model) => model.kind === this.kind).map((model) => model.run))];
    return html`<div class="page">
      <h1>${this.heading}</h1>
      <div class="card empty">
        <p>This run has no such model yet: a model appears when its first epoch is done.</p>
        ${others.slice(0, 5).map((run) => html`<a href=${href(["runs", run, this.kind === "recurrent" ? "lstm" : "cnn"])}>${run}</a>`)}
      </div>
    </div>`;
  }
}

const summary = (model) =>
  `${format.shape(model.input)} to ${format.shape(model.latent)}, ` +
  (model.aroundWaist > 0
    ? `and ${format.count(model.aroundWaist)} numbers around it; `
    : `${format.decimal(model.compressionRatio, 1)} to 1; `) +
  `${format.counted(model.parameters, "parameter")}; test MSE ${format.error(model.testMse)}`;

customElements.define("page-model", PageModel);
