import { PageElement, html, nothing } from "./shared/element.js";
import { icons, logo } from "./shared/icons.js";
import { go, href, route, routeChanged } from "./shared/router.js";
import { RunsController, runs } from "./runs/runs.js";
import { chooseTheme, chosenTheme } from "./shared/theme.js";
import { skeleton } from "./components/hg-state.js";

/** Pages of a run: the part of the address, the title, the element and which models it is for. */
const PAGES = [
  { path: "run", title: "Run", icon: icons.run, load: () => import("./pages/run.js") },
  { path: "cnn", title: "CNN", icon: icons.cnn, load: () => import("./pages/model.js"), kind: "convolutional" },
  { path: "lstm", title: "LSTM", icon: icons.lstm, load: () => import("./pages/model.js"), kind: "recurrent" },
  { path: "model", title: "Other models", icon: icons.model, load: () => import("./pages/model.js"), kind: "other" },
  { path: "latent", title: "Latent space", icon: icons.latent, load: () => import("./pages/latent.js") },
  { path: "comparison", title: "Comparison", icon: icons.comparison, load: () => import("./pages/comparison.js") },
  { path: "analysis", title: "Analysis", icon: icons.analysis, load: () => import("./pages/analysis.js") },
  { path: "anomaly", title: "Anomaly and denoising", icon: icons.anomaly, load: () => import("./pages/anomaly.js") },
];

/** Pages of no run. */
const ALONE = {
  home: { title: "Home", load: () => import("./pages/home.js") },
  models: { title: "Model files", load: () => import("./pages/model-file.js") },
};

/** The frame: navigation, the choice of a run, and the page that the address names. */
class HgApp extends PageElement {
  static properties = { open: { state: true }, ready: { state: true } };

  constructor() {
    super();
    this.open = false;
    this.ready = new Set();
    this.runs = new RunsController(this);
    this.onRoute = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    routeChanged.addEventListener("change", this.onRoute);
    document.querySelector(".skip-link").addEventListener("click", (event) => {
      event.preventDefault();
      this.querySelector("main").focus();
    });
  }

  disconnectedCallback() {
    routeChanged.removeEventListener("change", this.onRoute);
    super.disconnectedCallback();
  }

  /** The run that the address names, or else the one that the navigation leads to. */
  get place() {
    const { parts, query } = route();
    if (parts[0] === "runs" && parts[1]) {
      return { run: parts[1], page: PAGES.find((page) => page.path === (parts[2] ?? "run")) ?? null, query };
    }
    const page = parts.length === 0 ? "home" : parts[0] === "models" && parts.length <= 2 ? "models" : null;
    return { run: runs.current?.run ?? null, page, file: parts[1] ?? null, query };
  }

  render() {
    const place = this.place;
    return html`<div class="shell">
      ${this.side(place)}
      <main id="main" tabindex="-1">
        ${
          runs.connected
            ? nothing
            : html`<div class="message offline" data-tone="warn" role="status">
                The server does not answer. Nothing is lost: this page reconnects by itself as soon as it is back.
              </div>`
        }
        ${this.page(place)}
      </main>
    </div>`;
  }

  side({ run, page }) {
    const entries = PAGES.filter(
      ({ kind }) => kind !== "other" || runs.modelsOf(run).some((model) => model.kind === kind),
    );
    return html`<header class="side" ?data-closed=${!this.open}>
      <div class="brand-row">
        <a class="brand" href="#/">${logo} Hourglass</a>
        <button
          class="menu-button"
          aria-expanded=${this.open}
          aria-controls="navigation"
          @click=${() => (this.open = !this.open)}
        >
          Menu
        </button>
      </div>
      <nav id="navigation" class="collapsible stack" aria-label="Pages">
        <ul>
          <li>${this.link("Home", icons.home, "#/", page === "home")}</li>
          <li>${this.link("Model files", icons.file, href(["models"]), page === "models")}</li>
        </ul>
        ${run === null ? nothing : this.choice(run, page)}
        ${
          run === null
            ? nothing
            : html`<ul>
                ${entries.map(
                  (entry) =>
                    html`<li>
                      ${this.link(entry.title, entry.icon, href(["runs", run, entry.path]), entry === page)}
                    </li>`,
                )}
              </ul>`
        }
      </nav>
      <div class="foot collapsible">
        <div class="field">
          <label for="theme">Appearance</label>
          <select id="theme" @change=${(event) => chooseTheme(event.target.value)}>
            ${["system", "light", "dark"].map(
              (theme) =>
                html`<option value=${theme} ?selected=${theme === chosenTheme()}>
                  ${{ system: "System", light: "Light", dark: "Dark" }[theme]}
                </option>`,
            )}
          </select>
        </div>
        <a href="/api">REST API</a>
      </div>
    </header>`;
  }

  link(title, icon, address, here) {
    return html`<a href=${address} aria-current=${here ? "page" : nothing} @click=${() => (this.open = false)}
      >${icon}${title}</a
    >`;
  }

  choice(run, page) {
    const path = page === null || typeof page === "string" ? "run" : page.path;
    const known = runs.find(run);
    return html`<div class="run-choice">
      <label for="run-choice">Run</label>
      <select id="run-choice" .value=${run} @change=${(event) => go(["runs", event.target.value, path])}>
        ${known ? nothing : html`<option value=${run} selected>${run}</option>`}
        ${runs.list.map((each) => html`<option value=${each.run} ?selected=${each.run === run}>${each.run}</option>`)}
      </select>
    </div>`;
  }

  page({ run, page, file, query }) {
    if (page === null) {
      return html`<div class="empty">
        <h1>There is no such page</h1>
        <a class="button" href="#/">To the runs</a>
      </div>`;
    }
    const { title, load } = typeof page === "string" ? ALONE[page] : page;
    const of = page === "home" ? "" : page === "models" ? (file ?? "") : run;
    document.title = `${title} · ${of === "" ? "" : `${of} · `}Hourglass`.replace("Home · ", "");
    if (!this.ready.has(title)) {
      load().then(() => {
        this.ready = new Set([...this.ready, title]);
      });
      return skeleton("60vh", "Opening the page");
    }
    return this.element(page, run, file, query);
  }

  element(page, run, file, query) {
    switch (typeof page === "string" ? page : page.path) {
      case "models":
        return html`<page-model-file .name=${file} .query=${query}></page-model-file>`;
      case "home":
        return html`<page-home .query=${query}></page-home>`;
      case "run":
        return html`<page-run .run=${run} .query=${query}></page-run>`;
      case "latent":
        return html`<page-latent .run=${run} .query=${query}></page-latent>`;
      case "comparison":
        return html`<page-comparison .run=${run} .query=${query}></page-comparison>`;
      case "analysis":
        return html`<page-analysis .run=${run} .query=${query}></page-analysis>`;
      case "anomaly":
        return html`<page-anomaly .run=${run} .query=${query}></page-anomaly>`;
      default:
        return html`<page-model .run=${run} .kind=${page.kind} .heading=${page.title} .query=${query}></page-model>`;
    }
  }
}

customElements.define("hg-app", HgApp);
