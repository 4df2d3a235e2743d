import { api } from "../shared/api.js";

const WALK_STEPS = 12;

/**
 * What was chosen on a map, as lit's reactive controller: a sample, a place or a walk. `value` says at once where it lies,
 * and then, unless something else was chosen meanwhile, what is there: {kind, mark?, sample | place | walk, code?, path?,
 * failure?}.
 */
export class Chosen {
  #host;
  value = null;

  constructor(host) {
    this.#host = host;
    host.addController(this);
  }

  clear() {
    this.value = null;
  }

  /** @param from {data, epoch} of the samples */
  sample({ run, model }, from, index, mark) {
    return this.#choose({ kind: "sample", mark }, async () => {
      const sample = await api.sample(run, model, index, from);
      return { sample, code: sample.code };
    });
  }

  place({ run, model }, map, { x, y }) {
    return this.#choose({ kind: "place", mark: { x, y } }, async () => {
      const place = await api.place(run, model, map, x, y);
      return { place, code: place.code };
    });
  }

  /** @param ends {from, to}, each the index of a sample or {x, y} */
  walk({ run, model }, map, { from, to }) {
    const end = (it) => (typeof it === "number" ? String(it) : `${it.x},${it.y}`);
    return this.#choose({ kind: "walk" }, async () => {
      const walk = await api.walk(run, model, map, end(from), end(to), WALK_STEPS);
      return { walk, path: walk.steps.map(({ x, y }) => [x, y]) };
    });
  }

  async #choose(what, fetching) {
    this.value = what;
    this.#host.requestUpdate();
    const result = await fetching().catch((failure) => ({ failure }));
    if (this.value === what) {
      this.value = { ...what, ...result };
      this.#host.requestUpdate();
    }
  }
}
