import { PageElement, html, nothing } from "../shared/element.js";
import * as format from "../shared/format.js";
import { picture } from "../shared/pixels.js";
import { picturesOf, saveBar } from "../shared/save-bar.js";
import { savePng } from "../shared/save.js";
import { slider } from "../shared/slider.js";
import { pictureOf } from "./hg-picture.js";
import "./hg-sample.js";

/** What was chosen on the map: a sample, a decoded place or the walk between two. */
class HgPlace extends PageElement {
  static properties = { model: { attribute: false }, chosen: { attribute: false }, step: { state: true } };

  constructor() {
    super();
    this.step = 0;
  }

  willUpdate(changed) {
    if (changed.has("chosen")) {
      this.step = 0;
    }
  }

  render() {
    return html`<section class="card place" aria-labelledby="chosen" aria-live="polite">
      <div class="card-head">
        <h2 id="chosen">${this.title()}</h2>
        ${this.chosen?.place || this.chosen?.walk ? saveBar("the pictures", { png: () => savePng(picturesOf(this), "decoded.png") }) : nothing}
      </div>
      ${this.body()}
    </section>`;
  }

  title() {
    return { sample: "Sample", place: "Decoded place", walk: "Walk" }[this.chosen?.kind] ?? "Nothing chosen yet";
  }

  body() {
    const { chosen } = this;
    if (chosen === null) {
      return html`<p class="note">Click on the map.</p>`;
    }
    if (chosen.failure) {
      return html`<div class="message" data-tone="bad">${chosen.failure.message}</div>`;
    }
    if (chosen.sample) {
      return html`<hg-sample
        .sample=${chosen.sample}
        .model=${this.model}
        heading=${this.nameOf(chosen.sample)}
      ></hg-sample>`;
    }
    if (chosen.place) {
      return this.place(chosen.place);
    }
    return chosen.walk ? this.walk(chosen.walk) : html`<div class="skeleton tall"></div>`;
  }

  place(place) {
    return html`<div class="decoded">${this.pictureAt(place, "The decoded place")}</div>
      <p class="note number">x ${format.plain(place.x)}, y ${format.plain(place.y)}</p>
      <p class="note">
        ${place.exact ? "The code of exactly this place." : "t-SNE has no inverse: the code is a mean of the nearest samples' codes."}
        Nearest samples:
        ${place.nearest.map(({ index, label }) => (label === null ? index : `${index} (${this.model.classNames[label] ?? label})`)).join(", ")}.
      </p>`;
  }

  walk({ steps }) {
    const at = Math.min(this.step, steps.length - 1);
    return html`<div class="decoded">${this.pictureAt(steps[at], `Step ${at + 1} of the walk`)}</div>
      ${slider({
        id: "walk-step",
        label: "Step",
        min: 0,
        max: steps.length - 1,
        value: at,
        shown: `${at + 1} of ${steps.length}`,
        onInput: (step) => (this.step = step),
      })}
      <div class="maps">${steps.map((step, i) => this.pictureAt(step, `Step ${i + 1}`))}</div>`;
  }

  pictureAt({ sample, shape }, label) {
    const isImage = this.model.imageShape !== null;
    return pictureOf(picture(sample, isImage ? this.model.imageShape : shape, isImage), label);
  }

  nameOf({ index, label }) {
    return label === null
      ? `Sample ${format.count(index)}`
      : `${format.count(index)}, class ${this.model.classNames[label] ?? label}`;
  }
}

customElements.define("hg-place", HgPlace);
