import { PageElement, html, svg } from "../shared/element.js";
import * as format from "../shared/format.js";
import { saveBar } from "../shared/save-bar.js";
import { saveCsv, savePng } from "../shared/save.js";
import { paintHourglass, reads, widths } from "../shared/hourglass.js";

/**
 * A model as an hourglass: a table with a row a layer, through which the silhouette runs. Its width is the square root
 * of how many numbers leave the layer; the waist, where the code is, has the colour of codes.
 */
class HgArchitecture extends PageElement {
  static properties = { model: { attribute: false } };

  render() {
    const { model } = this;
    const width = widths(model);
    return html`<section class="card" aria-labelledby="architecture">
      <header>
        <h2 id="architecture">Architecture</h2>
        ${saveBar("the architecture", { png: () => this.savePicture(), csv: () => this.saveNumbers() })}
      </header>
      <p class="note">
        The silhouette is as wide as the square root of how many numbers leave each layer. Operations are those of one
        sample forward; a multiplication with an addition counts as two.
      </p>
      <div class="scroll-x" tabindex="0" role="group" aria-labelledby="architecture">
        <table class="architecture">
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col"><span class="visually-hidden">Width</span></th>
              <th scope="col">Output</th>
              <th scope="col" class="number">Numbers</th>
              <th scope="col" class="number">Parameters</th>
              <th scope="col" class="number">Operations</th>
              <th scope="col">Settings</th>
            </tr>
          </thead>
          <tbody>
            ${this.line({ name: "input", type: "", part: "encoder", outputShape: model.input, settings: "" }, width[0], width[0])}
            ${model.layers.map((layer, i) => this.line(layer, width[i], width[i + 1], reads(model, i)))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">All</th>
              <td></td>
              <td></td>
              <td></td>
              <td class="number">${format.count(model.parameters)}</td>
              <td class="number">${format.compact(model.layers.reduce((sum, layer) => sum + layer.operations, 0))}</td>
              <td></td>
            </tr>
          </tfoot>
        </table>
      </div>
    </section>`;
  }

  line(layer, above, here, from = "") {
    const numbers = layer.outputShape.reduce((product, size) => product * size, 1);
    const top = 50 - 50 * above;
    const bottom = 50 - 50 * here;
    return html`<tr ?data-waist=${layer.part === "waist"}>
      <th scope="row">
        ${layer.name}
        <div class="note">${layer.type}${layer.part === "waist" ? ", the code" : ""}</div>
        ${from ? html`<div class="note">reads ${from}</div>` : ""}
      </th>
      <td class="silhouette">
        <svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true" class=${layer.part}>
          ${svg`<path d=${`M${top} 0C${top} 20 ${bottom} 12 ${bottom} 30V40H${100 - bottom}V30C${100 - bottom} 12 ${100 - top} 20 ${100 - top} 0z`} />`}
        </svg>
      </td>
      <td class="number shape">${format.shape(layer.outputShape)}</td>
      <td class="number">${format.count(numbers)}</td>
      <td class="number">${layer.parameters === undefined ? "" : format.count(layer.parameters)}</td>
      <td class="number">${layer.operations === undefined ? "" : format.compact(layer.operations)}</td>
      <td class="settings">${layer.settings}</td>
    </tr>`;
  }

  savePicture() {
    savePng(paintHourglass(this.model), `${this.model.model}-architecture.png`);
  }

  saveNumbers() {
    saveCsv(
      [
        "layer",
        "type",
        "part",
        "output shape",
        "parameters",
        "trainable parameters",
        "operations",
        "activation bytes",
        "settings",
        "inputs",
      ],
      this.model.layers.map((layer) => [
        layer.name,
        layer.type,
        layer.part,
        layer.outputShape.join("x"),
        layer.parameters,
        layer.trainableParameters,
        layer.operations,
        layer.activationBytes,
        layer.settings,
        layer.inputs.join(" "),
      ]),
      `${this.model.model}-architecture.csv`,
    );
  }
}

customElements.define("hg-architecture", HgArchitecture);
