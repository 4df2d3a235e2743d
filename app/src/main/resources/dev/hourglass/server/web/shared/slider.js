import { html } from "./element.js";

/**
 * A labelled slider with its value beside the label.
 *
 * @param {{id: string, label: string, min: number, max: number, step?: number | "any", value: number, shown: string,
 *     onInput: (value: number) => void, disabled?: boolean}} settings
 */
export function slider({ id, label, min, max, step = 1, value, shown, onInput, disabled = false }) {
  return html`<div class="slider">
    <div class="slider-head"><label for=${id}>${label}</label><output for=${id}>${shown}</output></div>
    <input
      id=${id}
      type="range"
      min=${min}
      max=${max}
      step=${step}
      .value=${String(value)}
      ?disabled=${disabled}
      aria-valuetext=${shown}
      @input=${(event) => onInput(Number(event.target.value))}
    />
  </div>`;
}
