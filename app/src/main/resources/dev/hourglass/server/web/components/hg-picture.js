import { PageElement, html } from "../shared/element.js";
import { show } from "../shared/pixels.js";

/** Pixels (see shared/pixels.js) on a canvas that is shown as wide as there is room, each pixel a square. */
class HgPicture extends PageElement {
  static properties = { pixels: { attribute: false }, label: {} };

  render() {
    return html`<canvas role="img" aria-label=${this.label}></canvas>`;
  }

  updated() {
    show(this.querySelector("canvas"), this.pixels);
  }
}

customElements.define("hg-picture", HgPicture);

export const pictureOf = (pixels, label) => html`<hg-picture .pixels=${pixels} .label=${label}></hg-picture>`;
