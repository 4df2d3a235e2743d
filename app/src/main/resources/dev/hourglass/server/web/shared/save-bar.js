import { html, nothing } from "./element.js";

/** The buttons that save a plot that is no chart: its picture and its numbers. */
export function saveBar(heading, { png, csv }) {
  return html`<div class="toolbar" role="group" aria-label=${`Save ${heading}`}>
    ${png ? html`<button class="quiet" @click=${png}>PNG</button>` : nothing}
    ${csv ? html`<button class="quiet" @click=${csv}>CSV</button>` : nothing}
  </div>`;
}

/** All pictures within an element, as they stand, enlarged so that each pixel stays a square. */
export function picturesOf(element, scale = 8) {
  const within = element.getBoundingClientRect();
  const pictures = [...element.querySelectorAll("hg-picture canvas")].filter((each) => each.width > 0);
  const first = pictures[0].getBoundingClientRect();
  const zoom = (scale * pictures[0].width) / first.width;
  const boxes = pictures.map((each) => each.getBoundingClientRect());
  const right = Math.max(...boxes.map((box) => box.right));
  const bottom = Math.max(...boxes.map((box) => box.bottom));
  const left = Math.min(...boxes.map((box) => box.left), within.right);
  const top = Math.min(...boxes.map((box) => box.top));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((right - left) * zoom);
  canvas.height = Math.ceil((bottom - top) * zoom);
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  pictures.forEach((picture, i) => {
    const box = boxes[i];
    context.drawImage(picture, (box.left - left) * zoom, (box.top - top) * zoom, box.width * zoom, box.height * zoom);
  });
  return canvas;
}
