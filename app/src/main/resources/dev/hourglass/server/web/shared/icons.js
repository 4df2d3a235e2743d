import { svg } from "./element.js";

/** Line drawings on a grid of 20, in the colour of the text beside them. */
const icon = (paths) => svg`<svg viewBox="0 0 20 20" aria-hidden="true">${paths}</svg>`;

export const icons = {
  home: icon(svg`<path d="M3 9.5 10 3.5l7 6M5 8.5V16h10V8.5" />`),
  run: icon(svg`<path d="M3 16.5h14M3 14c3 0 3.5-8 6.5-8S13 12 17 12" />`),
  cnn: icon(svg`<path d="M3 3h9v9H3zM8 8h9v9H8z" />`),
  lstm: icon(svg`<path d="M3 10h4M13 10h4M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 6.5V3h4" />`),
  model: icon(svg`<path d="M4 3h12c0 4-4 5-4 7s4 3 4 7H4c0-4 4-5 4-7S4 7 4 3z" />`),
  file: icon(svg`<path d="M5 3h7l3 3v11H5zM12 3v3h3M7.5 14c0-2 5-2 5-4.500M12.500 14c0-2-5-2-5-4.500" />`),
  latent: icon(
    svg`<circle cx="6" cy="7" r="2" /><circle cx="13" cy="5" r="1.5" /><circle cx="14" cy="13" r="2.5" /><circle cx="7" cy="14" r="1.5" />`,
  ),
  comparison: icon(svg`<path d="M4 17V9M9 17V4M14 17v-6M3 17h14" />`),
  analysis: icon(svg`<path d="M5 3h7l3 3v11H5zM8 9h4M8 12h4" />`),
  anomaly: icon(svg`<path d="M10 3 2.5 16.5h15zM10 8v4M10 14.2v.2" />`),
  api: icon(svg`<path d="m7 6-4 4 4 4M13 6l4 4-4 4" />`),
};

export const logo = svg`<svg viewBox="0 0 22 28" aria-hidden="true">
  <path d="M2 2h18c0 7-6.5 8.5-6.5 12S20 19 20 26H2c0-7 6.5-8.5 6.5-12S2 9 2 2z" fill="var(--accent)" />
  <path d="M8.5 14h5" stroke="var(--code)" stroke-width="3.5" />
</svg>`;
