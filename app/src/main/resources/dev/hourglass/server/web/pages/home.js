import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { go, href, remember } from "../shared/router.js";
import { doing, progressOf, runState } from "../runs/run-state.js";
import { RunsController, runs } from "../runs/runs.js";
import "../components/hg-bring.js";
import "../components/hg-labs.js";
import "../components/hg-new-run.js";
import "../components/hg-own-data.js";

/** All runs, their comparison by ticking rows, and the ways to start a new one. */
class PageHome extends PageElement {
  static properties = { query: { attribute: false }, failure: { state: true } };

  constructor() {
    super();
    this.failure = null;
    this.runs = new RunsController(this);
  }

  get ticked() {
    return (this.query.get("ticked") ?? "").split(" ").filter((run) => run !== "" && runs.find(run));
  }

  render() {
    const ticked = this.ticked;
    const data = this.query.get("data");
    // One form at a time.
    const plan = data === null ? this.query.get("new") : null;
    return html`<div class="page">
      <div class="page-head">
        <div>
          <h1>Runs</h1>
          <p class="lead">Training continues on the server, whether or not a page is open.</p>
        </div>
        <div class="row">
          <button ?disabled=${ticked.length === 0} @click=${() => this.compare(ticked)}>
            Compare ${ticked.length > 0 ? format.counted(ticked.length, "run") : "ticked runs"}
          </button>
          <button
            class="primary"
            aria-expanded=${plan !== null}
            @click=${() => this.show(plan === null ? "mnist" : null)}
          >
            New run
          </button>
        </div>
      </div>
      ${
        this.failure
          ? html`<div class="message" data-tone="bad" role="alert">
              <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
            </div>`
          : nothing
      }
      ${
        plan === null
          ? nothing
          : html`<hg-new-run
              .recipe=${plan}
              @close=${() => this.show(null)}
              @recipe=${(event) => this.show(event.detail)}
            ></hg-new-run>`
      }
      <section class="card" aria-labelledby="all-runs">
        <h2 id="all-runs">All runs</h2>
        ${this.table(ticked)} ${leftOut()}
      </section>
      <hg-bring .chosen=${data} @data=${(event) => this.look(event.detail)}></hg-bring>
      ${data === null ? nothing : html`<hg-own-data .name=${data} @close=${() => this.look(null)}></hg-own-data>`}
      <hg-labs
        @change-plan=${(event) => this.show(event.detail)}
        @failed=${(event) => (this.failure = event.detail)}
      ></hg-labs>
    </div>`;
  }

  table(ticked) {
    if (runs.failure) {
      return html`<div class="message" data-tone="bad" role="alert">
        <span><strong>${runs.failure.message}</strong> ${runs.failure.fix ?? ""}</span>
      </div>`;
    }
    if (!runs.loaded) {
      return html`<div class="skeleton" .style=${"height:18rem"}></div>`;
    }
    if (runs.list.length === 0) {
      return html`<div class="empty"><p>No runs yet. Start one of the labs below.</p></div>`;
    }
    const best = bestByDataset();
    return html`<div class="scroll-x" tabindex="0" role="group" aria-labelledby="all-runs">
      <table class="runs">
        <thead>
          <tr>
            <th scope="col"><span class="visually-hidden">Compare</span></th>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col">Model</th>
            <th scope="col">Data</th>
            <th scope="col" class="number">Best validation loss</th>
            <th scope="col" class="number">Time</th>
          </tr>
        </thead>
        <tbody>
          ${runs.list.map((run) => this.line(run, ticked.includes(run.run), best))}
        </tbody>
      </table>
    </div>`;
  }

  line(run, isTicked, best) {
    return html`<tr>
      <td>
        <input
          type="checkbox"
          aria-label=${`Compare ${run.run}`}
          .checked=${isTicked}
          @change=${(event) => this.tick(run.run, event.target.checked)}
        />
      </td>
      <th scope="row">
        <a href=${href(["runs", run.run, "run"])}>${run.run}</a>
        <div class="note">${run.title}${run.forkOf ? html`, fork of ${run.forkOf}` : nothing}</div>
      </th>
      <td>
        ${runState(run)}
        ${
          run.state === "running" || run.state === "paused"
            ? html`<progress max="1" value=${progressOf(run)} aria-label=${`Epochs of ${run.run}`}></progress>
                <div class="note">${doing(run)}</div>`
            : nothing
        }
        ${run.failure ? html`<div class="note failure">${run.failure}</div>` : nothing}
      </td>
      <td>${run.models.map((model) => html`<div>${model.name}</div>`)}</td>
      <td>${run.models.map((model) => html`<div>${model.dataset}</div>`)}</td>
      <td class="number">
        ${run.models.map((model) => {
          const isBest = model.bestValidationLoss !== null && model.bestValidationLoss === best.get(rankedAmong(model));
          return html`<div class=${isBest ? "best" : ""}>
            ${isBest ? html`<span class="note best-on">best on ${model.dataset}${byLoss(model)}</span> ` : nothing}${format.error(model.bestValidationLoss)}
          </div>`;
        })}
      </td>
      <td class="number">
        <div>${format.duration(run.seconds)}</div>
        <div class="note">${format.time(run.created)}</div>
      </td>
    </tr>`;
  }

  tick(run, ticked) {
    const rest = this.ticked.filter((each) => each !== run);
    remember({ ticked: (ticked ? [...rest, run] : rest).join(" ") });
  }

  compare(ticked) {
    go(["runs", ticked[0], "comparison"], { with: ticked.slice(1).join(" ") });
  }

  /** Opens data that were brought, or closes them. */
  look(data) {
    remember({ data, new: null });
    if (data !== null) {
      this.updateComplete.then(() => this.querySelector("hg-own-data")?.scrollIntoView({ block: "nearest" }));
    }
  }

  show(recipe) {
    remember({ new: recipe, data: null });
    if (recipe !== null) {
      this.updateComplete.then(() => this.querySelector("hg-new-run")?.scrollIntoView({ block: "nearest" }));
    }
  }
}

/** What losses can be ranked among: those of another kind or on other data say nothing about each other. */
const rankedAmong = ({ dataset, lossName }) => `${dataset}, ${lossName}`;

/** Which loss, where it is not the usual one. */
const byLoss = ({ lossName }) => (lossName === "mean squared error" ? "" : ` by ${lossName}`);

const MOST_NAMED = 10;

/** Runs that a person may miss. */
function leftOut() {
  const folders = runs.leftOut;
  if (folders.length === 0) {
    return nothing;
  }
  const more = folders.length - MOST_NAMED;
  return html`<div class="note">
    ${format.counted(folders.length, "folder")} could not be read:
    <ul aria-label="Folders that could not be read">
      ${folders.slice(0, MOST_NAMED).map(({ run, reason }) => html`<li><strong>${run}</strong>: ${reason}</li>`)}
    </ul>
    ${more > 0 ? `and ${more} more` : ""}
  </div>`;
}

/** The smallest loss on each data set, of each kind. */
function bestByDataset() {
  const best = new Map();
  for (const model of runs.list.flatMap((run) => run.models)) {
    const loss = model.bestValidationLoss;
    if (loss !== null && !(best.get(rankedAmong(model)) <= loss)) {
      best.set(rankedAmong(model), loss);
    }
  }
  return best;
}

customElements.define("page-home", PageHome);
