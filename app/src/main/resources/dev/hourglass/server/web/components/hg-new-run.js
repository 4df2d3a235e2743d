import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import { estimateFacts } from "../runs/estimate.js";
import * as format from "../shared/format.js";
import { go } from "../shared/router.js";
import { runs } from "../runs/runs.js";
import { OVERRIDES, overrideField, readOverrides } from "../runs/overrides.js";

const CHECK_AFTER_MILLIS = 200;
const ESTIMATE_AFTER_MILLIS = 900;

/**
 * The form for a new run: a lab, a recipe as text or one that was drafted (`draft`), with changes. The server checks it
 * while one types.
 */
class HgNewRun extends PageElement {
  static properties = {
    recipe: {},
    draft: {},
    labs: { state: true },
    text: { state: true },
    name: { state: true },
    values: { state: true },
    check: { state: true },
    estimate: { state: true },
    failure: { state: true },
    starting: { state: true },
  };

  constructor() {
    super();
    this.labs = [];
    this.draft = null;
    this.text = null;
    this.name = "";
    this.values = {};
    this.check = null;
    this.first = null;
    this.estimate = undefined;
    this.failure = null;
    this.starting = false;
  }

  connectedCallback() {
    super.connectedCallback();
    api.recipes().then(
      (labs) => (this.labs = labs),
      (failure) => (this.failure = failure),
    );
  }

  disconnectedCallback() {
    clearTimeout(this.checking);
    clearTimeout(this.estimating);
    super.disconnectedCallback();
  }

  willUpdate(changed) {
    if (changed.has("recipe") || changed.has("draft")) {
      this.text = null;
      this.first = null;
    }
    if (["recipe", "draft", "text", "name", "values"].some((property) => changed.has(property))) {
      clearTimeout(this.checking);
      clearTimeout(this.estimating);
      this.checking = setTimeout(() => this.validate(), CHECK_AFTER_MILLIS);
    }
  }

  get plan() {
    const text = this.text ?? this.draft;
    const name = this.name || (this.draft === null ? "" : this.recipe);
    return { ...(text === null ? { recipe: this.recipe } : { text }), ...(name ? { name } : {}), overrides: readOverrides(this.values) };
  }

  async validate() {
    const plan = this.plan;
    const check = await api.checkRecipe(plan).catch((failure) => ({
      valid: false,
      problem: { message: failure.message, line: null, field: failure.field },
      recipe: null,
    }));
    if (JSON.stringify(plan) !== JSON.stringify(this.plan)) {
      return;
    }
    this.check = check;
    // What is left empty means the recipe's own, also while something else is wrong.
    this.first = check.recipe?.models[0] ?? this.first;
    if (check.valid) {
      this.estimating = setTimeout(async () => {
        this.estimate = undefined;
        const estimate = await api.estimate(plan).catch((failure) => ({ failure }));
        if (JSON.stringify(plan) === JSON.stringify(this.plan)) {
          this.estimate = estimate;
        }
      }, ESTIMATE_AFTER_MILLIS);
    }
  }

  render() {
    const problem = this.check?.problem ?? null;
    return html`<section class="card" aria-labelledby="new-run">
      <header>
        <h2 id="new-run">New run</h2>
        ${
          this.draft === null
            ? html`<button class="quiet" @click=${() => this.dispatchEvent(new CustomEvent("close"))}>Close</button>`
            : nothing
        }
      </header>
      <form class="stack" @submit=${this.start} novalidate>
        <div class="form-grid">
          ${this.draft === null ? this.recipeField() : nothing}
          <div class="field" ?data-invalid=${problem?.field === "name"}>
            <label for="new-name">Name of the run</label>
            <input
              id="new-name"
              maxlength="60"
              placeholder=${this.recipe}
              .value=${this.name}
              aria-describedby="new-name-hint"
              @input=${(event) => (this.name = event.target.value)}
            />
            <span class="hint" id="new-name-hint"
              >${problem?.field === "name" ? problem.message : "With the time added"}</span
            >
          </div>
          ${OVERRIDES.map((override) =>
            overrideField(override, this.values, problem, this.first, (values) => (this.values = values)),
          )}
        </div>
        ${
          this.text === null
            ? html`<div><button type="button" @click=${this.editText}>Edit the recipe as YAML</button></div>`
            : this.textField(problem)
        }
        <div class="row spread">
          <div class="verdict" aria-live="polite">
            ${
              this.check === null
                ? nothing
                : problem === null
                  ? html`<span class="badge" data-tone="good">valid</span>
                      <span class="note">${this.check.recipe.models.map((model) => summary(model)).join("; ")}</span>`
                  : html`<span class="badge" data-tone="bad">not yet</span>
                      <span>${problem.line ? `Line ${problem.line}: ` : ""}${problem.message}</span>`
            }
          </div>
          <button class="primary" ?disabled=${this.starting || !this.check?.valid}>Start the run</button>
        </div>
        ${estimateFacts(this.check?.valid ? this.estimate : { failure: { message: "the recipe is not valid yet." } })}
        ${
          this.failure
            ? html`<div class="message" data-tone="bad" role="alert">
                <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
              </div>`
            : nothing
        }
      </form>
    </section>`;
  }

  recipeField() {
    return html`<div class="field two-columns">
      <label for="new-recipe">Recipe</label>
      <select
        id="new-recipe"
        @change=${(event) => this.dispatchEvent(new CustomEvent("recipe", { detail: event.target.value }))}
      >
        ${this.labs.map((lab) => html`<option value=${lab.name} ?selected=${lab.name === this.recipe}>${lab.title}</option>`)}
      </select>
      <span class="hint"></span>
    </div>`;
  }

  textField(problem) {
    const mine = problem !== null && !problem.field?.startsWith("overrides.");
    return html`<div class="field" ?data-invalid=${mine}>
      <label for="new-text">Recipe as YAML</label>
      <textarea
        id="new-text"
        rows="18"
        spellcheck="false"
        .value=${this.text}
        aria-invalid=${mine}
        @input=${(event) => (this.text = event.target.value)}
      ></textarea>
    </div>`;
  }

  async editText() {
    try {
      this.text = this.draft ?? (await api.recipe(this.recipe)).text;
    } catch (failure) {
      this.failure = failure;
    }
  }

  async start(event) {
    event.preventDefault();
    this.starting = true;
    this.failure = null;
    try {
      const run = await api.createRun(this.plan);
      await runs.refresh();
      go(["runs", run.run, "run"]);
    } catch (failure) {
      this.failure = failure;
    } finally {
      this.starting = false;
    }
  }
}

const summary = (model) =>
  `${model.name}: ${format.shape(model.input)} to ${format.shape(model.latent)}, ${format.counted(model.parameters, "parameter")}`;

customElements.define("hg-new-run", HgNewRun);
