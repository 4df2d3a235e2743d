import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { OVERRIDES, overrideField, readOverrides } from "../runs/overrides.js";
import { go } from "../shared/router.js";
import { hasParts } from "../runs/live-run.js";
import { runs } from "../runs/runs.js";

const COLUMNS = [
  { of: "loss", head: "Loss", show: format.error },
  { of: "validationLoss", head: "Validation loss", show: format.error },
  { of: "mse", head: "MSE", show: format.error, unlessLossIs: "mean squared error" },
  { of: "validationMse", head: "Validation MSE", show: format.error, unlessLossIs: "mean squared error" },
  { of: "mae", head: "MAE", show: format.error },
  { of: "validationMae", head: "Validation MAE", show: format.error },
  { of: "reconstruction", head: "Reconstruction", show: format.error, ofParts: true },
  { of: "validationReconstruction", head: "Validation reconstruction", show: format.error, ofParts: true },
  { of: "divergence", head: "KL", show: format.error, ofParts: true, unranked: true },
  { of: "validationDivergence", head: "Validation KL", show: format.error, ofParts: true, unranked: true },
  { of: "learningRate", head: "Learning rate", show: format.plain, unranked: true },
  { of: "seconds", head: "Time", show: format.duration, unranked: true },
];

/** Every epoch in numbers, the best value of each column marked; from any of them a fork continues with other options. */
class HgEpochs extends PageElement {
  static properties = {
    run: { attribute: false },
    models: { attribute: false },
    revision: { attribute: false },
    fork: { state: true },
    values: { state: true },
    failure: { state: true },
  };

  constructor() {
    super();
    this.fork = null;
    this.values = {};
    this.failure = null;
  }

  /** Where the mean squared error is the loss of all models, it needs no columns; parts have them where a loss has parts. */
  get columns() {
    const models = [...this.models.values()];
    const divided = models.some(({ epochs }) => hasParts(epochs));
    return COLUMNS.filter(
      ({ unlessLossIs, ofParts }) =>
        (!unlessLossIs || models.some(({ lossName }) => lossName !== unlessLossIs)) && (!ofParts || divided),
    );
  }

  render() {
    return html`<section class="card" aria-labelledby="epochs">
      <h2 id="epochs">Epochs</h2>
      ${this.fork ? this.form() : nothing}
      <div class="scroll-x" tabindex="0" role="group" aria-labelledby="epochs">
        <table>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col" class="number">Epoch</th>
              ${this.columns.map(({ head }) => html`<th scope="col" class="number">${head}</th>`)}
              <th scope="col"><span class="visually-hidden">Fork</span></th>
            </tr>
          </thead>
          <tbody>
            ${[...this.models].map(([name, { epochs }]) => this.lines(name, epochs))}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  lines(name, epochs) {
    const best = Object.fromEntries(
      this.columns.map(({ of }) => [of, Math.min(...epochs.map((each) => each[of] ?? Infinity))]),
    );
    return epochs.map(
      (each) =>
        html`<tr>
          <th scope="row">${name}</th>
          <td class="number">${each.epoch}</td>
          ${this.columns.map(({ of, show, unranked }) => {
            const isBest = !unranked && epochs.length > 1 && each[of] === best[of];
            return html`<td class="number ${isBest ? "best" : ""}">
              ${show(each[of])}${isBest ? html`<span class="visually-hidden"> best</span>` : nothing}
            </td>`;
          })}
          <td class="number">
            <button
              class="quiet"
              aria-label=${`Fork ${name} from epoch ${each.epoch}`}
              @click=${() => this.open(name, each.epoch)}
            >
              Fork
            </button>
          </td>
        </tr>`,
    );
  }

  open(model, epoch) {
    this.fork = { model, epoch };
    this.failure = null;
    this.updateComplete.then(() => this.querySelector("form input").focus());
  }

  form() {
    const { model, epoch } = this.fork;
    const problem = this.failure && { field: this.failure.field, message: this.failure.message };
    return html`<form class="stack fork" @submit=${this.start} novalidate aria-label="Fork">
      <p>
        A new run that continues <strong>${model}</strong> from the end of <strong>epoch ${epoch}</strong>. Fields
        left empty stay as they were; epochs count from the first.
      </p>
      <div class="form-grid">
        ${OVERRIDES.map((override) => overrideField(override, this.values, problem, null, (values) => (this.values = values)))}
      </div>
      ${
        this.failure
          ? html`<div class="message" data-tone="bad" role="alert">
              <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
            </div>`
          : nothing
      }
      <div class="row">
        <button class="primary">Start the fork</button>
        <button type="button" @click=${() => (this.fork = null)}>Cancel</button>
      </div>
    </form>`;
  }

  async start(event) {
    event.preventDefault();
    try {
      const run = await api.fork(this.run.run, { ...this.fork, overrides: readOverrides(this.values) });
      this.fork = null;
      await runs.refresh();
      go(["runs", run.run, "run"]);
    } catch (failure) {
      this.failure = failure;
    }
  }
}

customElements.define("hg-epochs", HgEpochs);
