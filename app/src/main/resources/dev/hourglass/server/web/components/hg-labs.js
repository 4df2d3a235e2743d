import { PageElement, html } from "../shared/element.js";
import { api } from "../shared/api.js";
import { estimateFacts } from "../runs/estimate.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { go } from "../shared/router.js";
import { runs } from "../runs/runs.js";
import { stateOf } from "./hg-state.js";

/**
 * The labs that come with Hourglass, each with a button that starts it and one that measures what it will cost on this
 * machine.
 */
class HgLabs extends PageElement {
  static properties = { asked: { state: true }, estimates: { state: true }, starting: { state: true } };

  constructor() {
    super();
    this.asked = new Set();
    this.estimates = new Map();
    this.starting = null;
    this.labs = new Loading(this, () => api.recipes());
    this.waiting = [];
  }

  connectedCallback() {
    super.connectedCallback();
    this.labs.load("labs");
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.waiting = [];
    this.asked = new Set(this.estimates.keys());
  }

  /** One after the other: each is measured by some training steps, which take all processors and must not disturb each other. */
  async measure(lab) {
    const isMeasuring = this.asked.size > this.estimates.size;
    this.asked = new Set(this.asked).add(lab);
    this.waiting.push(lab);
    if (isMeasuring) {
      return;
    }
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const estimate = await api.estimate({ recipe: next }).catch((failure) => ({ failure }));
      this.estimates = new Map(this.estimates).set(next, estimate);
    }
  }

  render() {
    return html`<section class="stack" aria-labelledby="labs">
      <h2 id="labs">Labs</h2>
      ${stateOf(this.labs, "14rem")}
      <div class="columns labs">${(this.labs.value ?? []).map((lab) => this.card(lab))}</div>
    </section>`;
  }

  card(lab) {
    return html`<article class="card" aria-label=${lab.title} data-lab=${lab.name}>
      <h3>${lab.title}</h3>
      <div class="scroll-x" tabindex="0" role="group" aria-label=${`Models of ${lab.title}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Data</th>
              <th scope="col">Code</th>
              <th scope="col" class="number">Parameters</th>
              <th scope="col" class="number">Epochs</th>
            </tr>
          </thead>
          <tbody>
            ${lab.models.map(
              (model) =>
                html`<tr>
                  <th scope="row">${model.name}</th>
                  <td>${model.dataset}</td>
                  <td class="whole">${format.shape(model.latent)}</td>
                  <td class="number">${format.count(model.parameters)}</td>
                  <td class="number">${format.count(model.epochs)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${
        this.asked.has(lab.name)
          ? estimateFacts(this.estimates.get(lab.name))
          : html`<div class="estimate">
              <button class="quiet" aria-label=${`Measure what ${lab.title} takes`} @click=${() => this.measure(lab.name)}>
                Measure time and memory
              </button>
              <p class="note">Some training steps on this machine, a few seconds.</p>
            </div>`
      }
      <div class="row">
        <button class="primary" ?disabled=${this.starting !== null} @click=${() => this.start(lab.name)}>
          ${this.starting === lab.name ? "Starting" : "Start"}
        </button>
        <button @click=${() => this.dispatchEvent(new CustomEvent("change-plan", { detail: lab.name }))}>
          Change and start
        </button>
      </div>
    </article>`;
  }

  async start(recipe) {
    this.starting = recipe;
    try {
      const run = await api.createRun({ recipe });
      await runs.refresh();
      go(["runs", run.run, "run"]);
    } catch (failure) {
      this.dispatchEvent(new CustomEvent("failed", { detail: failure }));
    } finally {
      this.starting = null;
    }
  }
}

customElements.define("hg-labs", HgLabs);
