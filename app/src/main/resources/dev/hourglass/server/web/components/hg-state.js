import { PageElement, html, nothing } from "../shared/element.js";
import * as format from "../shared/format.js";

/**
 * What there is to see of a `Loading` before its value: nothing new, a job's progress, or an error with its way out.
 * It has the height of what will come, so that nothing jumps.
 */
export class HgState extends PageElement {
  static properties = { of: { attribute: false }, height: {}, revision: { attribute: false } };

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
      return html`<div class="skeleton" .style=${`height:${this.height}`} aria-hidden="true"></div>`;
    }
    return nothing;
  }
}

customElements.define("hg-state", HgState);

/** @param loading a Loading @param height of what will come, such as "20rem" */
export function stateOf(loading, height) {
  return html`<hg-state .of=${loading} .height=${height} .revision=${{}}></hg-state>`;
}
