/**
 * Colours for data. Ten classes: Petroff, "Accessible Color Sequences for Data Visualization" (2021), chosen to be told
 * apart with any colour vision. Magnitudes: cividis (Nuñez, Anderton and Renslow 2018), read alike by everyone.
 */

export const CLASSES = [
  "#3f90da",
  "#ffa90e",
  "#bd1f01",
  "#94a4a2",
  "#832db6",
  "#a96b59",
  "#e76300",
  "#b9ac70",
  "#717581",
  "#92dadd",
];

/** On a dark ground the two darkest would be lost. */
const CLASSES_ON_DARK = CLASSES.map((color) => ({ "#bd1f01": "#f0533a", "#832db6": "#b673e6" })[color] ?? color);

export function classColor(index, dark = document.documentElement.dataset.theme === "dark") {
  const colors = dark ? CLASSES_ON_DARK : CLASSES;
  return colors[((index % colors.length) + colors.length) % colors.length];
}

/** Shapes of lines go along with colours, so that no curve is told by colour alone. */
export const LINE_TYPES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];

const CIVIDIS = [
  "#00224e",
  "#123570",
  "#3b496c",
  "#575d6d",
  "#707173",
  "#8a8678",
  "#a59c74",
  "#c3b369",
  "#e1cc55",
  "#fee838",
];
const CIVIDIS_RGB = CIVIDIS.map(rgb);

/** @param share 0 to 1 @returns [red, green, blue] of 0 to 255 */
export function magnitude(share) {
  const place = Math.min(1, Math.max(0, share)) * (CIVIDIS_RGB.length - 1);
  const low = Math.min(CIVIDIS_RGB.length - 2, Math.floor(place));
  const part = place - low;
  return CIVIDIS_RGB[low].map((from, i) => Math.round(from + part * (CIVIDIS_RGB[low + 1][i] - from)));
}

/** "#3f90da" to [63, 144, 218] */
export function rgb(hex) {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
