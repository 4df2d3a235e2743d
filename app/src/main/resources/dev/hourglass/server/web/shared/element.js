import { LitElement, html, svg, nothing } from "lit";

/**
 * The base of all our elements. They render into the document itself rather than a shadow tree: one style sheet, and
 * labels, headings and landmarks that screen readers and `aria-labelledby` see as one page.
 */
export class PageElement extends LitElement {
  createRenderRoot() {
    return this;
  }
}

export { html, svg, nothing };
