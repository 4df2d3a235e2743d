import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { saveBlob } from "../shared/save.js";
import { stateOf } from "./hg-state.js";

const SHOWN = 200;

/** What the lasso caught: how many of which class, their errors, and all of it as a file. */
class HgSelection extends PageElement {
  static properties = { model: { attribute: false }, map: {}, indices: { attribute: false }, failure: { state: true } };

  constructor() {
    super();
    this.failure = null;
    this.selection = new Loading(this, ({ run, model, map, indices }) => api.selection(run, model, map, indices));
  }

  willUpdate() {
    const { run, model } = this.model;
    this.selection.load(this.indices && { run, model, map: this.map, indices: this.indices });
  }

  render() {
    if (this.indices === null) {
      return nothing;
    }
    return html`<section class="card" aria-labelledby="selection">
      <div class="card-head">
        <h2 id="selection">${format.counted(this.indices.length, "sample")} chosen</h2>
        <div class="toolbar">
          <button class="quiet" @click=${() => this.save("text/csv", "csv")}>CSV</button>
          <button class="quiet" @click=${() => this.save("application/x-npy", "npy")}>NPY</button>
          <button class="quiet" @click=${() => this.dispatchEvent(new CustomEvent("clear"))}>Clear</button>
        </div>
      </div>
      ${this.failure ? html`<div class="message" data-tone="bad">${this.failure.message}</div>` : nothing}
      ${stateOf(this.selection, "16rem")} ${this.selection.value === null ? nothing : this.table(this.selection.value)}
    </section>`;
  }

  table({ samples, meanMse, labels }) {
    const names = this.model.classNames;
    const shares = labels
      .toSorted((one, other) => other.samples - one.samples)
      .map(({ label, samples: count }) => `${names[label] ?? label}: ${format.count(count)}`);
    return html`<p class="note">
        Mean MSE ${format.error(meanMse)}${shares.length > 0 ? `; by class ${shares.join(", ")}` : ""}.
      </p>
      <div class="chart-table" tabindex="0" role="group" aria-labelledby="selection">
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">Sample</th>
              <th scope="col">Class</th>
              <th scope="col" class="number">MSE</th>
              <th scope="col" class="number">MAE</th>
            </tr>
          </thead>
          <tbody>
            ${samples.slice(0, SHOWN).map(
              (sample) =>
                html`<tr>
                  <td class="number">
                    <button
                      class="quiet"
                      @click=${() => this.dispatchEvent(new CustomEvent("pick", { detail: sample.index }))}
                    >
                      ${format.count(sample.index)}
                    </button>
                  </td>
                  <td>${sample.label === null ? format.ABSENT : (names[sample.label] ?? sample.label)}</td>
                  <td class="number">${format.error(sample.mse)}</td>
                  <td class="number">${format.error(sample.mae)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${this.indices.length > SHOWN ? html`<p class="note">The first ${SHOWN}; the files have all of them.</p>` : nothing}`;
  }

  async save(type, extension) {
    try {
      const { run, model } = this.model;
      saveBlob(await api.selectionFile(run, model, this.map, this.indices, type), `selection.${extension}`);
      this.failure = null;
    } catch (failure) {
      this.failure = failure;
    }
  }
}

customElements.define("hg-selection", HgSelection);
