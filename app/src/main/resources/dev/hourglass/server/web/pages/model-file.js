import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import { bringFile } from "../data/bring.js";
import { FILES, isModel, mayBeModel } from "../data/model-files.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { choice } from "../shared/model-choice.js";
import { go, href, remember } from "../shared/router.js";
import "../components/hg-anomalies.js";
import "../components/hg-architecture.js";
import "../components/hg-denoising.js";
import "../components/hg-own-sample.js";
import "../components/hg-samples.js";
import "../components/hg-series.js";
import { stateOf } from "../components/hg-state.js";

/** Model files that were brought, and one of them at work on data that were brought. */
class PageModelFile extends PageElement {
  static properties = {
    name: {},
    query: { attribute: false },
    sending: { state: true },
    failure: { state: true },
  };

  constructor() {
    super();
    this.sending = "";
    this.failure = null;
    this.model = new Loading(this, ({ name, data }) => api.model(FILES, name, { data }));
    this.brought = new Loading(this, async () => (await api.data()).data);
  }

  /** What is chosen, `data:` and a name or an upload; "" for nothing yet. */
  get data() {
    return this.query.get("data") ?? "";
  }

  willUpdate(changed) {
    if (changed.has("name")) {
      this.failure = null;
    }
    this.brought.load("all");
    this.model.load(this.name === null ? null : { name: this.name, data: this.data });
  }

  render() {
    const model = this.name === null ? null : this.model.value;
    return html`<div class="page">
      <div class="page-head">
        <div>
          <h1>${this.name ?? "Model files"}</h1>
          <p class="lead">${this.lead(model)}</p>
        </div>
        ${
          this.name === null
            ? nothing
            : html`<div class="row">
                <a class="button" href=${href(["models"])}>All model files</a>
                <button @click=${() => this.remove(this.name)}>Remove</button>
              </div>`
        }
      </div>
      ${
        this.failure
          ? html`<div class="message" data-tone="bad" role="alert">
              <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
            </div>`
          : nothing
      }
      ${this.name === null ? this.list() : this.work(model)}
    </div>`;
  }

  lead(model) {
    if (this.name === null) {
      return "Models of Keras (.keras, .h5) and ONNX, detectors among them, to score data and look at samples with.";
    }
    return model
      ? `${format.shape(model.input)} to ${format.shape(model.latent)}; ${format.counted(model.parameters, "parameter")}`
      : "\u00a0";
  }

  list() {
    const files = (this.brought.value ?? []).filter(({ name, folder }) => !folder && mayBeModel(name));
    return html`<section class="card" aria-labelledby="model-files">
      <h2 id="model-files">On this server</h2>
      ${this.chooser("model-file", "Bring a model file", ".keras,.h5,.hdf5,.onnx", (name) => go(["models", name]))}
      ${stateOf(this.brought, "6rem", "Looking what is there")}
      ${
        this.brought.value === null
          ? nothing
          : files.length === 0
            ? html`<p class="note">No model file yet. It stays on the server until you remove it.</p>`
            : html`<ul class="model-files" aria-labelledby="model-files">
                ${files.map(
                  ({ name, bytes, modified }) =>
                    html`<li>
                      <a href=${href(["models", name])}>${name}</a>
                      <span class="note">${format.bytes(bytes)}, ${format.time(modified)}</span>
                      <button aria-label=${`Remove ${name}`} @click=${() => this.remove(name)}>Remove</button>
                    </li>`,
                )}
              </ul>`
      }
    </section>`;
  }

  chooser(id, label, accept, then) {
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <input id=${id} type="file" accept=${accept || nothing} @change=${(event) => this.bring(event, then)} />
      <span class="hint" role="status">${this.sending}</span>
    </div>`;
  }

  work(model) {
    return html`<section class="card" aria-labelledby="on-data">
        <h2 id="on-data">Data</h2>
        <div class="row">
          ${choice("data-choice", "Use it on", this.choices(), this.data, (data) => this.use(data))}
          ${this.chooser("data-file", "or on a file that you bring (a table, arrays, a picture)", "", (name) =>
            this.use(`data:${name}`),
          )}
        </div>
        <p class="note">Folders of pictures or tables are brought on the page Home.</p>
      </section>
      ${stateOf(this.model, "30rem", this.data === "" ? "Opening the model" : "Opening the model and the data")}
      ${model ? this.body(model) : nothing}`;
  }

  choices() {
    const names = (this.brought.value ?? []).filter(({ name }) => !isModel(name) && name !== this.name);
    const choices = [["", "nothing yet"], ...names.map(({ name, folder }) => [`data:${name}`, folder ? `${name}/` : name])];
    const data = this.data;
    return choices.some(([value]) => value === data)
      ? choices
      : [...choices, [data, data.startsWith("upload-") ? "your file" : data.replace(/^data:/, "")]];
  }

  use(data) {
    remember({ data, index: null, rows: null, bad: null, threshold: null, "row-threshold": null });
  }

  body(model) {
    const known = this.data !== "" && !this.model.busy;
    const at = html`${model.warnings.map((warning) => html`<div class="message" data-tone="warn">${warning}</div>`)}`;
    return html`${at}
      ${
        known
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
              <hg-samples .model=${model} .query=${this.query}></hg-samples>
              <hg-denoising .model=${model} .query=${this.query}></hg-denoising>`
          : nothing
      }
      <hg-own-sample .model=${model} .query=${this.query}></hg-own-sample>
      <hg-architecture .model=${model}></hg-architecture>`;
  }

  async bring(event, then) {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) {
      return;
    }
    this.failure = null;
    try {
      const name = await bringFile(file, (bytes) => (this.sending = `${format.bytes(bytes)} of ${format.bytes(file.size)}`));
      await this.brought.reload();
      then(name);
    } catch (failure) {
      this.failure = failure;
    }
    this.sending = "";
  }

  async remove(name) {
    this.failure = null;
    try {
      await api.removeData(name);
      await this.brought.reload();
      go(["models"]);
    } catch (failure) {
      this.failure = failure;
    }
  }
}

customElements.define("page-model-file", PageModelFile);
