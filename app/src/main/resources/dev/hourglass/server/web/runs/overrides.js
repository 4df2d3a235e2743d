import { html, nothing } from "../shared/element.js";
import * as format from "../shared/format.js";

/** What the fields offer; a setting may follow, such as huber:delta=0.5 or sgd:momentum=0.9,nesterov=true. */
const LOSSES = [
  "mean_squared_error",
  "mean_absolute_error",
  "mean_squared_logarithmic_error",
  "mean_absolute_percentage_error",
  "binary_crossentropy",
  "categorical_crossentropy",
  "sparse_categorical_crossentropy",
  "kl_divergence",
  "poisson",
  "cosine_similarity",
  "huber",
  "log_cosh",
  "ssim",
];
const OPTIMIZERS = ["adam", "adamw", "sgd", "rmsprop", "nadam", "adadelta", "adagrad", "adamax"];

/** What a form may change of a recipe: the server's `Overrides`, each with what the recipe says itself. */
export const OVERRIDES = [
  { name: "epochs", label: "Epochs", kind: "whole", least: 1, of: (model) => format.count(model.epochs) },
  { name: "batchSize", label: "Batch size", kind: "whole", least: 1, of: (model) => format.count(model.batchSize) },
  { name: "loss", label: "Loss", kind: "text", among: LOSSES, of: (model) => model.loss },
  { name: "optimizer", label: "Optimizer", kind: "text", among: OPTIMIZERS, of: (model) => model.optimizer },
  { name: "learningRate", label: "Learning rate", kind: "positive", of: (model) => format.plain(model.learningRate) },
  { name: "seed", label: "Seed", kind: "whole", of: () => "as in the recipe" },
  { name: "threads", label: "Threads", kind: "whole", least: 1, of: () => "one per processor" },
  { name: "limit", label: "Limit samples to", kind: "whole", least: 1, of: () => "all" },
];

/** @param values by name, as typed @returns numbers and texts by name, without those that were left empty */
export function readOverrides(values) {
  const read = {};
  for (const { name, kind } of OVERRIDES) {
    const text = (values[name] ?? "").trim();
    if (text !== "") {
      read[name] = kind === "text" || Number.isNaN(Number(text)) ? text : Number(text);
    }
  }
  return read;
}

/** What is wrong with a field at once, before the server says more. */
function fault({ kind, least }, text) {
  if (text === undefined || text.trim() === "") {
    return null;
  }
  const value = Number(text);
  if (kind === "whole" && !Number.isInteger(value)) {
    return "Enter a whole number";
  }
  if (least !== undefined && value < least) {
    return `At least ${least}`;
  }
  if (kind === "positive" && !(value > 0)) {
    return "A number above 0 is needed";
  }
  return null;
}

/** A labelled field; what the recipe says stands in it as long as it is empty. */
export function overrideField(override, values, problem, model, onChange) {
  const { name, label, kind, among, of } = override;
  const wrong = fault(override, values[name]) ?? (problem?.field === `overrides.${name}` ? problem.message : null);
  return html`<div class="field" ?data-invalid=${wrong !== null}>
    <label for=${`override-${name}`}>${label}</label>
    <input
      id=${`override-${name}`}
      inputmode=${kind === "text" ? "text" : "decimal"}
      list=${among ? `override-${name}-names` : nothing}
      placeholder=${model ? of(model) : ""}
      .value=${values[name] ?? ""}
      aria-invalid=${wrong !== null}
      aria-describedby=${`override-${name}-hint`}
      @input=${(event) => onChange({ ...values, [name]: event.target.value })}
    />
    ${
      among
        ? html`<datalist id=${`override-${name}-names`}>
            ${among.map((each) => html`<option value=${each}></option>`)}
          </datalist>`
        : nothing
    }
    <span class="hint" id=${`override-${name}-hint`}>${wrong ?? ""}</span>
  </div>`;
}
