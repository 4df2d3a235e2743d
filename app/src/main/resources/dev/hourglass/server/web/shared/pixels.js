import { magnitude } from "./colors.js";

/**
 * Samples as pixels. A sample is a flat array, row-major, channels last; its shape says what it is: [height, width,
 * channels] (or [height, width] where the caller knows that it is an image), [steps, features], or [numbers].
 *
 * @typedef {{width: number, height: number, rgba: Uint8ClampedArray}} Pixels
 */

/** The size of the picture that a shape makes. A sequence has a column a step and a row a feature. */
export function pictureSize(shape, isImage) {
  if (shape.length === 3 || isImage) {
    return { width: shape[1], height: shape[0] };
  }
  return shape.length === 2 ? { width: shape[0], height: shape[1] } : { width: shape[0], height: 1 };
}

/** An image with one channel is grey, one with three is coloured; anything else is grey from the smallest to the largest. */
export function picture(values, shape, isImage) {
  const channels = shape.length === 3 ? shape[2] : 1;
  const [low, high] = range(values, shape.length === 3 || isImage);
  const scale = 255 / (high - low || 1);
  const gray = (value) => (value - low) * scale;
  return paint(shape, isImage, (cell, out, at) => {
    if (channels === 3) {
      for (let c = 0; c < 3; c++) {
        out[at + c] = gray(values[3 * cell + c]);
      }
    } else {
      out[at] = out[at + 1] = out[at + 2] = gray(values[channels * cell]);
    }
  });
}

/** The absolute difference, meaned over channels; `most` has the brightest colour. */
export function errorPicture(one, other, shape, isImage, most = largestError(one, other, shape)) {
  const channels = shape.length === 3 ? shape[2] : 1;
  return paint(shape, isImage, (cell, out, at) => {
    const [red, green, blue] = magnitude(cellError(one, other, cell, channels) / (most || 1));
    out[at] = red;
    out[at + 1] = green;
    out[at + 2] = blue;
  });
}

/**
 * What an image looks like under its errors: as it is where there is none, orange where they are largest.
 *
 * @param {boolean} regions whether errors are meaned over squares, about eight along the longer side
 */
export function errorOverPicture(one, other, shape, regions = false) {
  const pixels = picture(one, shape, true);
  const errors = regions ? regionErrors(one, other, shape) : cellErrors(one, other, shape);
  const most = errors.reduce((high, error) => Math.max(high, error), 0) || 1;
  for (let cell = 0; cell < errors.length; cell++) {
    const share = errors[cell] / most;
    ERROR_COLOR.forEach((value, i) => {
      pixels.rgba[4 * cell + i] += share * (value - pixels.rgba[4 * cell + i]);
    });
  }
  return pixels;
}

function cellErrors(one, other, shape) {
  const channels = shape.length === 3 ? shape[2] : 1;
  return Float32Array.from({ length: one.length / channels }, (_, cell) => cellError(one, other, cell, channels));
}

/** Each cell has the mean of its region. */
export function regionErrors(one, other, shape) {
  const errors = cellErrors(one, other, shape);
  const [height, width] = shape;
  const side = Math.max(1, Math.round(Math.max(height, width) / 8));
  const across = Math.ceil(width / side);
  const region = (cell) => Math.floor(Math.floor(cell / width) / side) * across + Math.floor((cell % width) / side);
  const sums = new Float64Array(across * Math.ceil(height / side));
  const counts = new Uint32Array(sums.length);
  errors.forEach((error, cell) => {
    sums[region(cell)] += error;
    counts[region(cell)]++;
  });
  return errors.map((_, cell) => sums[region(cell)] / counts[region(cell)]);
}

const ERROR_COLOR = [255, 96, 0];

/** The largest error of a cell (a pixel, or a step's feature). */
export function largestError(one, other, shape) {
  const channels = shape.length === 3 ? shape[2] : 1;
  let most = 0;
  for (let cell = 0; cell < one.length / channels; cell++) {
    most = Math.max(most, cellError(one, other, cell, channels));
  }
  return most;
}

function cellError(one, other, cell, channels) {
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    sum += Math.abs(one[cell * channels + c] - other[cell * channels + c]);
  }
  return sum / channels;
}

/** One map of [height, width] or a row of numbers, from dark at 0 (or the smallest below it) to bright at the largest. */
export function magnitudePicture(values, height, width) {
  const low = Math.min(0, ...values);
  const high = Math.max(...values);
  return paint([height, width], true, (cell, out, at) => {
    const [red, green, blue] = magnitude((values[cell] - low) / (high - low || 1));
    out[at] = red;
    out[at + 1] = green;
    out[at + 2] = blue;
  });
}

/** Signed numbers: blue below 0, white at 0, orange above; as strong as the largest of all allows. */
export function signedPicture(values, height, width, most) {
  return paint([height, width], true, (cell, out, at) => {
    const share = Math.max(-1, Math.min(1, values[cell] / (most || 1)));
    const end = share < 0 ? [0, 92, 158] : [200, 94, 0];
    for (let c = 0; c < 3; c++) {
      out[at + c] = 250 + Math.abs(share) * (end[c] - 250);
    }
  });
}

/** @param canvas is given the pixels' own size; the style sheet says how large it is shown */
export function show(canvas, { width, height, rgba }) {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
}

function paint(shape, isImage, color) {
  const { width, height } = pictureSize(shape, isImage);
  const turned = shape.length === 2 && !isImage;
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      color(turned ? x * height + y : y * width + x, rgba, 4 * (y * width + x));
    }
  }
  return { width, height, rgba };
}

/** Pixels are mostly 0 to 1 and are then shown as they are, so that pale stays pale. */
function range(values, isImage) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return isImage && low >= -0.25 && high <= 1.25 ? [0, 1] : [low, high];
}
