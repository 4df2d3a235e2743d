import { api } from "../shared/api.js";

const REDRAW_MILLIS = 300;

/**
 * A run followed by its events, as lit's reactive controller. The server replays all that was before it tells what
 * happens, so the same code draws a run that is over, one that trains, and one whose page was reloaded.
 */
export class LiveRun {
  #host;
  #run = null;
  #stream = null;
  #ended = false;
  #timer = 0;

  constructor(host) {
    this.#host = host;
    host.addController(this);
    this.#clear();
  }

  /** By model: `steps` [[place in epochs, loss], …], `epochs` as in the history, how many there will be, what the loss is. */
  models;
  /** The last step event, or null. */
  step;
  /** What the server does besides training, or null. */
  working;
  notices;

  hostConnected() {
    this.#open();
  }

  hostDisconnected() {
    this.#stream?.close();
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** @param isOver a run whose events had ended and that goes on is followed anew */
  follow(run, isOver) {
    if (run !== this.#run || (this.#ended && !isOver)) {
      this.#run = run;
      this.#open();
    }
  }

  #clear() {
    this.models = new Map();
    this.step = null;
    this.working = null;
    this.notices = [];
  }

  #open() {
    this.#stream?.close();
    this.#ended = false;
    this.#clear();
    if (this.#run === null) {
      return;
    }
    this.#recall(this.#run);
    this.#stream = api.followRun(this.#run, {
      state: (event) => this.#state(event),
      fetching: ({ file, bytes, totalBytes }) => this.#work({ task: `Fetching ${file ?? "data"}`, bytes, totalBytes }),
      data: () => this.#work(null),
      model: (event) => this.#model(event),
      step: (event) => this.#step(event),
      epoch: (event) => this.#epoch(event),
      working: ({ task }) => this.#work({ task }),
      end: () => (this.#ended = true),
      notice: ({ message }) => this.#redraw(this.notices.push(message)),
    });
  }

  /** A run of the command line left no events; its history has the epochs all the same. */
  async #recall(run) {
    const histories = await api.history(run).catch(() => []);
    if (run === this.#run) {
      for (const { model, lossName, epochs } of histories) {
        const known = this.#of(model);
        known.lossName = lossName;
        if (known.epochs.length < epochs.length) {
          known.epochs = epochs;
        }
      }
      this.#redraw();
    }
  }

  #state({ state }) {
    if (state !== "running") {
      this.working = null;
    }
    this.#redraw();
  }

  #work(working) {
    this.working = working;
    this.#redraw();
  }

  #model({ model, epochs, stepsPerEpoch, lossName }) {
    this.working = null;
    const known = this.models.get(model);
    this.models.set(model, {
      steps: known?.steps ?? [],
      epochs: known?.epochs ?? [],
      wanted: epochs,
      stepsPerEpoch,
      lossName: lossName ?? known?.lossName,
    });
    this.#redraw();
  }

  #step(event) {
    this.working = null;
    this.step = event;
    const place = event.epoch - 1 + event.step / event.steps;
    const steps = this.#of(event.model).steps;
    // After an interruption training goes on from a checkpoint: what was beyond it did not happen.
    while (steps.length > 0 && steps.at(-1)[0] >= place) {
      steps.pop();
    }
    steps.push([place, event.loss]);
    this.#redraw();
  }

  #epoch(event) {
    const model = this.#of(event.model);
    model.epochs = [...model.epochs.filter((each) => each.epoch < event.epoch), event];
    this.#redraw();
  }

  #of(model) {
    if (!this.models.has(model)) {
      this.models.set(model, { steps: [], epochs: [], wanted: 0, stepsPerEpoch: 0 });
    }
    return this.models.get(model);
  }

  /** Often enough for the eye, seldom enough for the processor, which has a model to train. */
  #redraw() {
    if (this.#timer === 0) {
      this.#timer = setTimeout(() => {
        this.#timer = 0;
        this.#host.requestUpdate();
      }, REDRAW_MILLIS);
    }
  }
}

/** What a loss is called: "loss (binary cross-entropy)", or "loss" where several are meant or it is not known. */
export function lossOf(names) {
  const known = [...new Set(names)];
  return known.length === 1 && known[0] ? `loss (${known[0]})` : "loss";
}

/** The epoch with the smallest validation loss, or null. */
export function bestEpoch(epochs) {
  return epochs.reduce(
    (best, each) =>
      each.validationLoss !== null && (best === null || each.validationLoss < best.validationLoss) ? each : best,
    null,
  );
}

/** Of epochs of a variational model, as far as the run's version kept its parts. */
export function hasParts(epochs) {
  return epochs.some(({ divergence }) => Number.isFinite(divergence));
}
