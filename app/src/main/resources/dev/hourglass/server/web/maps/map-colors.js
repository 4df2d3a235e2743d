import { html } from "../shared/element.js";
import { classColor, magnitude, rgb } from "../shared/colors.js";
import * as format from "../shared/format.js";
import { theme } from "../shared/theme.js";

const OPAQUE = 225;
const FADED = 26;

/**
 * @param column {name, kind, names} of a map
 * @param values one a point
 * @param {Set<number> | null} selected what stays bright; null for all
 * @returns {Uint8Array} red, green, blue, opacity of each point
 */
export function pointColors(column, values, selected) {
  const colors = new Uint8Array(4 * values.length);
  const paint = column.kind === "category" ? byClass() : byMagnitude(values);
  for (let i = 0; i < values.length; i++) {
    colors.set(paint(values[i]), 4 * i);
    colors[4 * i + 3] = selected === null || selected.has(i) ? OPAQUE : FADED;
  }
  return colors;
}

const share = (value, low, high) => Math.min(1, Math.max(0, (value - low) / (high - low || 1)));

function byClass() {
  const known = new Map();
  return (value) => {
    if (!known.has(value)) {
      known.set(value, rgb(classColor(value)));
    }
    return known.get(value);
  };
}

/** The ends of the scale that would be lost on the map's ground are left out. */
const visible = () => (theme() === "dark" ? [0.25, 1] : [0, 0.93]);

function byMagnitude(values) {
  const [low, high] = colorRange(values);
  const [from, to] = visible();
  return (value) => magnitude(from + (to - from) * share(value, low, high));
}

/** Without the last per cent on either side: a few outliers would leave one colour for all others. */
export function colorRange(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return sorted.length === 0 ? [0, 1] : [at(0.01), at(0.99)];
}

export function legend(column, values) {
  if (column.kind === "category") {
    return html`<ul class="legend" aria-label=${`Colours: ${column.name}`}>
      ${column.names.map((name, i) => html`<li><span class="swatch" .style=${`background:${classColor(i)}`}></span>${name}</li>`)}
    </ul>`;
  }
  const [low, high] = colorRange(values);
  const [from, to] = visible();
  const stops = Array.from({ length: 9 }, (_, i) => `rgb(${magnitude(from + ((to - from) * i) / 8).join()})`);
  return html`<div
    class="legend"
    role="img"
    aria-label=${`${column.name} from ${format.error(low)} (dark) to ${format.error(high)} (bright)`}
  >
    <span>${column.name}</span><span class="number">${format.error(low)}</span>
    <span class="ramp" .style=${`background:linear-gradient(90deg, ${stops.join(",")})`}></span>
    <span class="number">${format.error(high)}</span>
  </div>`;
}
