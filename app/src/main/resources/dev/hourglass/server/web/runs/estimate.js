import { html, nothing } from "../shared/element.js";
import * as format from "../shared/format.js";

/** Time, memory and disk that a run will take; of fixed height, also while it is measured. */
export function estimateFacts(estimate) {
  if (estimate?.failure) {
    return html`<p class="note estimate">No estimate: ${estimate.failure.message}</p>`;
  }
  return html`<div class="estimate stack" aria-live="polite" aria-busy=${estimate === undefined}>
    <dl class="facts small">
      ${fact("Training, about", estimate && format.duration(estimate.seconds))}
      ${fact("Memory", estimate && format.bytes(estimate.memoryBytes))}
      ${fact("Disk", estimate && format.bytes(estimate.diskBytes))}
    </dl>
    <p class="note">${estimate === undefined ? "Measuring some training steps on this machine." : remark(estimate)}</p>
    ${
      estimate && !estimate.fits
        ? html`<p class="message" data-tone="bad">
            Java may use ${format.bytes(estimate.availableMemoryBytes)} only. Start the server with
            HOURGLASS_JAVA_OPTS=-Xmx and more, or limit the samples.
          </p>`
        : nothing
    }
  </div>`;
}

function remark(estimate) {
  if (!estimate.fits) {
    return "Not measured, since it does not fit into memory.";
  }
  const models = estimate.models
    .map((model) => `${model.name} ${format.duration(model.secondsPerEpoch)} per epoch`)
    .join(", ");
  return estimate.shared
    ? `${models}; measured while another run was training.`
    : `${models}; measured on this machine.`;
}

const fact = (name, value) =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value ?? "\u2026"}</dd>
  </div>`;
