import * as format from "./format.js";
import { token } from "./theme.js";

/** Of the input and of what leaves each layer: the square root of how many numbers, as a share of the widest. */
export function widths(model) {
  const numbers = [model.input, ...model.layers.map((layer) => layer.outputShape)].map((shape) =>
    Math.sqrt(shape.reduce((product, size) => product * size, 1)),
  );
  const most = Math.max(...numbers);
  return numbers.map((number) => number / most);
}

const BEGINS_WITH_STATES = ["LSTM", "GRU", "SimpleRNN"];

/** What a layer reads, in words, where that is not the layer before it alone; else empty. */
export function reads(model, i) {
  const { inputs, type } = model.layers[i];
  if (inputs.length > 1 && BEGINS_WITH_STATES.includes(type)) {
    return `${inputs[0]}, begins with ${inputs.slice(1).join(" and ")}`;
  }
  const isNext = i === 0 ? inputs.length === 1 : inputs.length === 1 && inputs[0] === model.layers[i - 1].name;
  return isNext ? "" : inputs.join(" and ");
}

const ROW = 34;
const SCALE = 2;

/** The hourglass as a picture to save, with the same words as the table. */
export function paintHourglass(model) {
  const width = widths(model);
  const rows = [{ name: "input", type: "", outputShape: model.input, part: "encoder" }, ...model.layers];
  const canvas = document.createElement("canvas");
  canvas.width = 900 * SCALE;
  canvas.height = (rows.length * ROW + 24) * SCALE;
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.fillStyle = token("surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = `13px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  rows.forEach((layer, i) => {
    const y = 12 + i * ROW;
    const above = 170 * width[Math.max(0, i - 1)];
    const here = 170 * width[i];
    context.fillStyle = token(layer.part === "waist" ? "code" : "accent");
    context.beginPath();
    context.moveTo(400 - above, y);
    context.bezierCurveTo(400 - above, y + ROW / 2, 400 - here, y + ROW / 3, 400 - here, y + ROW);
    context.lineTo(400 + here, y + ROW);
    context.bezierCurveTo(400 + here, y + ROW / 3, 400 + above, y + ROW / 2, 400 + above, y);
    context.fill();
    context.fillStyle = token("ink");
    const from = i === 0 ? "" : reads(model, i - 1);
    context.fillText(
      `${layer.name}${layer.type ? ` (${layer.type})` : ""}${from ? `, reads ${from}` : ""}`,
      16,
      y + ROW / 2,
      200,
    );
    const cost = layer.parameters ? `, ${format.counted(layer.parameters, "parameter")}` : "";
    context.fillText(`${format.shape(layer.outputShape)}${cost}`, 590, y + ROW / 2, 300);
  });
  return canvas;
}
