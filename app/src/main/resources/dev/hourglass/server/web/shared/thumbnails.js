import { api } from "./api.js";

const PER_SHEET = 1024;
const PER_ROW = 32;

/** Thumbnails of all samples, fetched 1,024 at a time as they are wanted. */
export class Thumbnails {
  #model;
  #data;
  #sheets = new Map();

  constructor(model, data) {
    this.#model = model;
    this.#data = data;
  }

  /** Draws a sample into a canvas of the thumbnail's size. */
  async draw(index, canvas) {
    const { width, height } = this.#model.thumbnail;
    const sheet = await this.#sheet(Math.floor(index / PER_SHEET));
    const at = index % PER_SHEET;
    canvas.width = width;
    canvas.height = height;
    canvas
      .getContext("2d")
      .drawImage(sheet, (at % PER_ROW) * width, Math.floor(at / PER_ROW) * height, width, height, 0, 0, width, height);
  }

  #sheet(number) {
    if (!this.#sheets.has(number)) {
      const image = new Image();
      image.src = api.sheetAddress(this.#model.run, this.#model.model, number, { data: this.#data });
      this.#sheets.set(
        number,
        image.decode().then(() => image),
      );
    }
    return this.#sheets.get(number);
  }
}
