import { PageElement, html } from "../shared/element.js";

const ZOOM = 10;
/** Of the pen, as a share of the sheet: MNIST's digits are about 2.5 of 28 pixels thick. */
const PEN = 2.5 / 28;

/**
 * A sheet to draw on, white on black. Tells `drawn` with the grey values (0 to 255, row by row) at the model's size after
 * each movement of the pen. With the keyboard, arrows move the pen and the space bar lowers and lifts it.
 */
class HgDrawing extends PageElement {
  static properties = { height: { type: Number }, width: { type: Number }, penDown: { state: true } };

  constructor() {
    super();
    this.penDown = false;
    this.pen = null;
  }

  render() {
    return html`<div class="stack">
      <canvas
        class="drawing"
        width=${this.width * ZOOM}
        height=${this.height * ZOOM}
        tabindex="0"
        role="application"
        aria-label="Drawing sheet. Arrow keys move the pen, space lowers and lifts it, Escape clears."
        @pointerdown=${this.start}
        @pointermove=${this.move}
        @pointerup=${this.stop}
        @pointercancel=${this.stop}
        @keydown=${this.onKey}
      ></canvas>
      <div class="row">
        <button @click=${this.clear}>Clear</button>
        <span class="note">${this.penDown ? "Pen down" : "Draw with mouse, finger or arrow keys"}</span>
      </div>
    </div>`;
  }

  firstUpdated() {
    this.sheet = this.querySelector("canvas");
    this.context = this.sheet.getContext("2d", { willReadFrequently: true });
    this.wipe();
  }

  wipe() {
    this.context.fillStyle = "#000";
    this.context.fillRect(0, 0, this.sheet.width, this.sheet.height);
    this.pen = null;
    this.penDown = false;
  }

  clear() {
    this.wipe();
    this.dispatchEvent(new CustomEvent("cleared"));
  }

  start(event) {
    this.sheet.setPointerCapture(event.pointerId);
    this.penDown = true;
    this.pen = this.placeOf(event);
    this.stroke(this.pen);
  }

  move(event) {
    if (this.penDown && this.sheet.hasPointerCapture(event.pointerId)) {
      this.stroke(this.placeOf(event));
    }
  }

  stop() {
    this.penDown = false;
  }

  placeOf(event) {
    const box = this.sheet.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.sheet.width,
      y: ((event.clientY - box.top) / box.height) * this.sheet.height,
    };
  }

  onKey(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const pen = this.pen ?? { x: this.sheet.width / 2, y: this.sheet.height / 2 };
    if (event.key in steps) {
      const [x, y] = steps[event.key];
      const to = { x: clamp(pen.x + x * ZOOM, this.sheet.width), y: clamp(pen.y + y * ZOOM, this.sheet.height) };
      this.pen = pen;
      if (this.penDown) {
        this.stroke(to);
      }
      this.pen = to;
    } else if (event.key === " ") {
      this.penDown = !this.penDown;
      this.pen = pen;
    } else if (event.key === "Escape") {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
  }

  stroke(to) {
    const { context } = this;
    context.strokeStyle = "#fff";
    context.lineCap = "round";
    context.lineJoin = "round";
    context.lineWidth = PEN * this.sheet.width;
    context.beginPath();
    context.moveTo(this.pen.x, this.pen.y);
    context.lineTo(to.x, to.y + 0.01);
    context.stroke();
    this.pen = to;
    this.dispatchEvent(new CustomEvent("drawn", { detail: this.sample() }));
  }

  /** The mean of each square of the sheet. */
  sample() {
    const { data } = this.context.getImageData(0, 0, this.sheet.width, this.sheet.height);
    const gray = new Uint8Array(this.width * this.height);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        let sum = 0;
        for (let dy = 0; dy < ZOOM; dy++) {
          for (let dx = 0; dx < ZOOM; dx++) {
            sum += data[4 * ((y * ZOOM + dy) * this.sheet.width + x * ZOOM + dx)];
          }
        }
        gray[y * this.width + x] = sum / (ZOOM * ZOOM);
      }
    }
    return gray;
  }
}

const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));

customElements.define("hg-drawing", HgDrawing);
