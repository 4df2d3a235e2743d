/** Hands files to the person. */

export function saveBlob(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {string[]} heads @param {Iterable<Array<string | number | null>>} rows */
export function toCsv(heads, rows) {
  const lines = [heads.map(cell).join(",")];
  for (const row of rows) {
    lines.push(row.map(cell).join(","));
  }
  return lines.join("\r\n") + "\r\n";
}

export function saveCsv(heads, rows, name) {
  saveBlob(new Blob([toCsv(heads, rows)], { type: "text/csv" }), name);
}

/** @param {HTMLCanvasElement} canvas */
export function savePng(canvas, name) {
  canvas.toBlob((blob) => blob && saveBlob(blob, name), "image/png");
}

/** "Loss by epoch" to "loss-by-epoch" */
export function fileName(title) {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** RFC 4180: quotes only where they are needed. */
function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
