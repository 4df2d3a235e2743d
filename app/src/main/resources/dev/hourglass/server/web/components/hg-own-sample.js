import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { Latest } from "../shared/latest.js";
import { chosenData } from "../shared/model-choice.js";
import { writeNpyBytes } from "../shared/npy.js";
import { remember } from "../shared/router.js";
import { mediaType } from "../shared/uploads.js";
import "./hg-drawing.js";
import "./hg-sample.js";

/** One's own sample: drawn by hand, where the model reads images, or from a file. Each stroke is answered at once. */
class HgOwnSample extends PageElement {
  static properties = {
    model: { attribute: false },
    query: { attribute: false },
    sample: { state: true },
    millis: { state: true },
    failure: { state: true },
    upload: { state: true },
    invert: { state: true },
  };

  constructor() {
    super();
    this.invert = false;
    this.clear();
    this.asking = new Latest((bytes) => this.answer(bytes, "application/x-npy", {}));
  }

  clear() {
    this.sample = null;
    this.millis = 0;
    this.failure = null;
    this.upload = null;
  }

  willUpdate(changed) {
    if (changed.has("model") && changed.get("model")?.model !== this.model.model) {
      this.clear();
    }
  }

  /** [height, width, channels] of what can be drawn, or null. */
  get canvasShape() {
    if (this.model.layout === "image") {
      return this.model.input;
    }
    return this.model.imageShape;
  }

  render() {
    const shape = this.canvasShape;
    return html`<section class="card" aria-labelledby="own-sample">
      <h2 id="own-sample">${shape ? "Draw, or bring your own" : "Bring your own"}</h2>
      <div class="browse">
        <div class="stack">
          ${
            shape
              ? html`<hg-drawing
                  .height=${shape[0]}
                  .width=${shape[1]}
                  @drawn=${this.draw}
                  @cleared=${this.clear}
                ></hg-drawing>`
              : nothing
          }
          <div class="field">
            <label for="own-file"
              >${shape ? "A picture (PNG, JPEG), or samples as CSV or NPY" : "Samples, or a series to cut into windows, as CSV or NPY"}</label
            >
            <input id="own-file" type="file" accept=".png,.jpg,.jpeg,.csv,.npy" @change=${this.read} />
          </div>
          ${
            shape
              ? html`<label class="check">
                  <input
                    type="checkbox"
                    .checked=${this.invert}
                    @change=${(event) => (this.invert = event.target.checked)}
                  />
                  The picture is dark on light
                </label>`
              : nothing
          }
          ${
            this.upload
              ? html`<p>
                  ${format.counted(this.upload.samples, "sample")} read.
                  <button @click=${() => remember({ data: this.upload.data, offset: null, index: null })}>
                    Look at all of them
                  </button>
                </p>`
              : nothing
          }
        </div>
        <div class="stack" aria-live="polite">
          ${
            this.failure
              ? html`<div class="message" data-tone="bad" role="alert">
                  <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
                </div>`
              : nothing
          }
          ${
            this.sample
              ? html`<hg-sample
                  .sample=${this.sample}
                  .model=${this.model}
                  .millis=${this.millis}
                  heading="Yours"
                ></hg-sample>`
              : html`<p class="note ${shape ? "waiting" : ""}">
                  Code, reconstruction and error appear here${shape ? " while you draw" : ""}.
                </p>`
          }
        </div>
      </div>
    </section>`;
  }

  draw({ detail: gray }) {
    const [height, width, channels = 1] = this.canvasShape;
    const bytes = new Uint8Array(height * width * channels);
    gray.forEach((value, pixel) => bytes.fill(value, pixel * channels, (pixel + 1) * channels));
    this.upload = null;
    this.asking.ask(writeNpyBytes(bytes, [1, ...this.model.input]));
  }

  async read(event) {
    const [file] = event.target.files;
    if (!file) {
      return;
    }
    const type = mediaType(file);
    const isPicture = type.startsWith("image/");
    const answer = await this.answer(file, type, isPicture && this.invert ? { invert: true } : {});
    this.upload = answer ?? null;
  }

  async answer(body, type, query) {
    const started = performance.now();
    try {
      const { epoch } = chosenData(this.query);
      const answer = await api.upload(this.model.run, this.model.model, body, type, { ...query, epoch });
      this.millis = performance.now() - started;
      this.sample = answer.first;
      this.failure = null;
      return answer;
    } catch (failure) {
      this.failure = failure;
      this.sample = null;
      return null;
    }
  }
}

customElements.define("hg-own-sample", HgOwnSample);
