import { PageElement, html, nothing } from "../shared/element.js";
import * as format from "../shared/format.js";

/**
 * What there is to see of a `Loading` before its value: nothing new, a job's progress, or an error with its way out.
 * It has the height of what will come, so that nothing jumps.
 */
export class HgState extends PageElement {
  static properties = { of: { attribute: false }, height: {}, doing: {}, revision: { attribute: false } };

  render() {
    const { failure, job, value, busy } = this.of;
    if (failure) {
      return html`<div class="message" data-tone="bad" role="alert">
        <span><strong>${failure.message}</strong> ${failure.fix ?? ""}</span>
        <button @click=${() => this.of.reload()}>Try again</button>
      </div>`;
    }
    if (job) {
      const left = job.secondsLeft ? `, about ${format.duration(job.secondsLeft)} left` : "";
      const room = value === null && this.height ? `min-height:${this.height}` : "";
      return html`<div .style=${room}>
        <div class="message" role="status">
          <span>${job.task}${left}</span>
          <progress max="1" value=${job.progress} aria-label=${job.task}></progress>
        </div>
      </div>`;
    }
    if (value === null && busy && this.height) {
      return skeleton(this.height, this.doing);
    }
    return nothing;
  }
}

customElements.define("hg-state", HgState);

/**
 * @param loading a Loading
 * @param height of what will come, such as "20rem"
 * @param doing what the server does meanwhile, such as "Opening the model"
 */
export function stateOf(loading, height, doing) {
  return html`<hg-state .of=${loading} .height=${height} .doing=${doing} .revision=${{}}></hg-state>`;
}

/** Room for what will come, with words that say what is being done. */
export function skeleton(height, doing) {
  return html`<div class="skeleton" .style=${`height:${height}`} aria-hidden=${doing ? nothing : "true"}>
    ${doing ? html`<p role="status">${doing}…</p>` : nothing}
  </div>`;
}
