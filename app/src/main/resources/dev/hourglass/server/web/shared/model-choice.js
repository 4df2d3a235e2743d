import { html, nothing } from "./element.js";
import { remember } from "./router.js";

/** The choices that pages about a model share. All of them live in the address. */

/** The model that the address names, or else the first. */
export function chosenModel(models, query) {
  return models.find((each) => each.model === query.get("model")) ?? models[0] ?? null;
}

/** What goes with each request: the data and the epoch of the weights; "" for as it was trained. */
export function chosenData(query) {
  return { data: query.get("data") ?? "test", epoch: query.get("epoch") ?? "" };
}

/**
 * @param models to choose from (ModelSummary)
 * @param model the chosen one, whole (Model), or null while it is fetched
 * @param {{data?: boolean, brought?: string[]}} settings whether data are chosen, and names of brought ones among them
 */
export function modelBar(models, model, query, { data = true, brought = [] } = {}) {
  const { data: from, epoch } = chosenData(query);
  return html`<div class="row model-bar">
    ${choice(
      "model-choice",
      "Model",
      models.map((each) => [each.model, each.model]),
      chosenModel(models, query)?.model,
      (chosen) => remember({ model: chosen, epoch: null, index: null }),
    )}
    ${
      data
        ? choice("data-choice", "Data", dataChoices(from, brought), from, (chosen) =>
            remember({ data: chosen === "test" ? null : chosen, index: null, rows: null, bad: null }),
          )
        : nothing
    }
    ${choice(
      "epoch-choice",
      "Weights",
      [
        ["", "as trained"],
        ...(model?.epochs ?? []).map((each) => [
          String(each),
          `epoch ${each}${each === model.bestEpoch ? " (best)" : ""}`,
        ]),
      ],
      epoch,
      (chosen) => remember({ epoch: chosen }),
    )}
  </div>`;
}

function dataChoices(from, brought) {
  const choices = [["test", "test set"], ["train", "training set"], ...brought.map((name) => [`data:${name}`, name])];
  if (from.startsWith("upload-")) {
    return [...choices, [from, "your file"]];
  }
  // One that is not in the list, such as one that is no longer there, is named all the same.
  return choices.some(([value]) => value === from) ? choices : [...choices, [from, from.replace(/^data:/, "")]];
}

/** A labelled select. */
export function choice(id, label, options, value, onChange) {
  return html`<div class="field compact">
    <label for=${id}>${label}</label>
    <select id=${id} @change=${(event) => onChange(event.target.value)}>
      ${options.map(([option, text]) => html`<option value=${option} ?selected=${option === value}>${text}</option>`)}
    </select>
  </div>`;
}
