/**
 * Runs one request at a time and, of those that came meanwhile, only the last: what a slider or a pen needs, where
 * answers to old positions are of no use and must not arrive after newer ones.
 */
export class Latest {
  #work;
  #busy = false;
  #waiting = null;

  /** @param {(value: any) => Promise<void>} work */
  constructor(work) {
    this.#work = work;
  }

  async ask(value) {
    if (this.#busy) {
      this.#waiting = { value };
      return;
    }
    this.#busy = true;
    try {
      await this.#work(value);
    } finally {
      this.#busy = false;
      const next = this.#waiting;
      this.#waiting = null;
      if (next) {
        this.ask(next.value);
      }
    }
  }
}
