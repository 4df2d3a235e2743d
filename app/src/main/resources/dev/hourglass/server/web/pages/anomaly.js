import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import { Loading } from "../shared/loading.js";
import { chosenModel, modelBar } from "../shared/model-choice.js";
import { RunsController, runs } from "../runs/runs.js";
import "../components/hg-anomalies.js";
import "../components/hg-denoising.js";
import "../components/hg-series.js";
import { stateOf } from "../components/hg-state.js";

/** The reconstruction error as a judgement, and noise that a model takes away. */
class PageAnomaly extends PageElement {
  static properties = { run: {}, query: { attribute: false } };

  constructor() {
    super();
    this.runs = new RunsController(this);
    this.model = new Loading(this, ({ run, model }) => api.model(run, model));
    this.brought = new Loading(this, async () => (await api.data()).data.map(({ name }) => name));
  }

  willUpdate() {
    const chosen = chosenModel(runs.modelsOf(this.run), this.query);
    this.model.load(chosen && { run: this.run, model: chosen.model });
    this.brought.load(this.model.value?.isSeries ? "all" : null);
  }

  render() {
    const models = runs.modelsOf(this.run);
    const model = this.model.value;
    return html`<div class="page">
      <div class="page-head">
        <div>
          <h1>Anomaly and denoising</h1>
          <p class="lead">Samples that a model reconstructs badly are unlike those it was trained on.</p>
        </div>
        ${modelBar(models, model, this.query, { brought: this.brought.value ?? [] })}
      </div>
      ${
        runs.loaded && models.length === 0
          ? html`<div class="card empty">
              <p>This run has no usable model yet: one appears when the first epoch is done.</p>
            </div>`
          : nothing
      }
      ${stateOf(this.model, "40rem", "Opening the model and its test data")}
      ${
        model
          ? html`${
              model.isSeries
                ? html`<hg-series
                    .model=${model}
                    .query=${this.query}
                    @brought=${() => this.brought.reload()}
                  ></hg-series>`
                : nothing
            }
              <hg-anomalies .model=${model} .query=${this.query}></hg-anomalies>
              <hg-denoising .model=${model} .query=${this.query}></hg-denoising>`
          : nothing
      }
    </div>`;
  }
}

customElements.define("page-anomaly", PageAnomaly);
