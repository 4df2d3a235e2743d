import { PageElement, html } from "../shared/element.js";
import { pictureOf } from "./hg-picture.js";

const HALF = 50;

/**
 * Two pictures of one thing, one over the other: a line between them is moved by the pointer, a finger or the arrow keys, and
 * what lies left of it is before, what lies right of it after.
 */
class HgBeforeAfter extends PageElement {
  static properties = {
    before: { attribute: false },
    after: { attribute: false },
    labels: { attribute: false },
    at: { state: true },
  };

  constructor() {
    super();
    this.at = HALF;
    this.labels = ["Before", "After"];
  }

  render() {
    const [before, after] = this.labels;
    return html`<figure class="before-after">
      <div class="over" .style=${`--at:${this.at}%`}>
        ${pictureOf(this.before, before)}
        <div class="after">${pictureOf(this.after, after)}</div>
        <span class="line" aria-hidden="true"></span>
        <input
          type="range"
          min="0"
          max="100"
          .value=${String(this.at)}
          aria-label=${`How much of the picture is ${before.toLowerCase()}; the rest is ${after.toLowerCase()}`}
          aria-valuetext=${`${this.at} % ${before.toLowerCase()}`}
          @input=${(event) => (this.at = Number(event.target.value))}
        />
      </div>
      <figcaption><span>${before}</span><span>${after}</span></figcaption>
    </figure>`;
  }
}

customElements.define("hg-before-after", HgBeforeAfter);

/** @param {[string, string]} labels of before and after */
export const beforeAfter = (before, after, labels) =>
  html`<hg-before-after .before=${before} .after=${after} .labels=${labels}></hg-before-after>`;
