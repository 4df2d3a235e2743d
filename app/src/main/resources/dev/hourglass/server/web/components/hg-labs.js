import { PageElement, html } from "../shared/element.js";
import { api } from "../shared/api.js";
import { estimateFacts } from "../runs/estimate.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { go } from "../shared/router.js";
import { runs } from "../runs/runs.js";
import { stateOf } from "./hg-state.js";

/**
 * The labs that come with Hourglass, each with a button that starts it and, once a person sees it, what it will cost on
 * this machine.
 */
class HgLabs extends PageElement {
  static properties = { estimates: { state: true }, starting: { state: true } };

  constructor() {
    super();
    this.estimates = new Map();
    this.starting = null;
    this.labs = new Loading(this, () => api.recipes());
    this.inSight = new Set();
    this.watcher = new IntersectionObserver((cards) => this.look(cards));
  }

  connectedCallback() {
    super.connectedCallback();
    this.labs.load("labs");
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.watcher.disconnect();
    this.inSight.clear();
  }

  updated() {
    this.querySelectorAll("article").forEach((card) => this.watcher.observe(card));
  }

  look(cards) {
    for (const { target, isIntersecting } of cards) {
      if (isIntersecting) {
        this.inSight.add(target.dataset.lab);
      } else {
        this.inSight.delete(target.dataset.lab);
      }
    }
    this.estimateEach();
  }

  /** One after the other: each is measured by some training steps, which take all processors and must not disturb each other. */
  async estimateEach() {
    if (this.estimating) {
      return;
    }
    this.estimating = true;
    for (let lab = this.nextInSight(); lab !== undefined; lab = this.nextInSight()) {
      const estimate = await api.estimate({ recipe: lab.name }).catch((failure) => ({ failure }));
      this.estimates = new Map(this.estimates).set(lab.name, estimate);
    }
    this.estimating = false;
  }

  nextInSight() {
    return (this.labs.value ?? []).find(({ name }) => this.inSight.has(name) && !this.estimates.has(name));
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
      ${estimateFacts(this.estimates.get(lab.name))}
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
