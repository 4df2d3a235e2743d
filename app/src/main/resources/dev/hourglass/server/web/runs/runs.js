import { api } from "../shared/api.js";

/**
 * The runs as the server sees them, kept up to date by its events for as long as anybody looks. They belong to the
 * server: nothing is kept here that a reload would lose.
 */
class Runs extends EventTarget {
  list = [];
  /** Folders that could not be read, with the reason. */
  leftOut = [];
  models = [];
  loaded = false;
  connected = true;
  failure = null;
  #stream = null;

  /** Starts to follow; calls after the first do nothing. */
  follow() {
    if (this.#stream === null) {
      this.#stream = api.followRuns({
        run: (run) => this.#take(run),
        connection: (connected) => this.#connection(connected),
        again: () => this.refresh(),
      });
      this.refresh();
    }
  }

  async refresh() {
    try {
      const [found, models] = await Promise.all([api.runs(), api.models()]);
      this.list = found.runs;
      this.leftOut = found.leftOut;
      this.models = models;
      this.loaded = true;
      this.failure = null;
    } catch (failure) {
      this.failure = failure;
    }
    this.#changed();
  }

  find(run) {
    return this.list.find((each) => each.run === run) ?? null;
  }

  modelsOf(run) {
    return this.models.filter((each) => each.run === run);
  }

  /** The one that a person most likely means: what trains, or else the newest that can be looked at. */
  get current() {
    const by = (state) => this.list.find((run) => run.state === state);
    return by("running") ?? by("paused") ?? by("finished") ?? this.list[0] ?? null;
  }

  #take(run) {
    const place = this.list.findIndex((each) => each.run === run.run);
    if (place < 0) {
      this.list = [run, ...this.list];
    } else {
      const before = this.list[place];
      this.list = this.list.with(place, run);
      if (before.state !== run.state || epochs(before) !== epochs(run)) {
        this.refresh();
      }
    }
    this.#changed();
  }

  #connection(connected) {
    if (connected && !this.connected) {
      this.refresh();
    }
    this.connected = connected;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

const epochs = (run) => run.models.reduce((sum, model) => sum + model.epochsDone, 0);

export const runs = new Runs();

/** lit's reactive controller for elements that show runs. */
export class RunsController {
  #host;
  #update = () => this.#host.requestUpdate();

  constructor(host) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected() {
    runs.follow();
    runs.addEventListener("change", this.#update);
  }

  hostDisconnected() {
    runs.removeEventListener("change", this.#update);
  }
}

export const isOver = (state) => !["queued", "running", "paused"].includes(state);
