/**
 * What a page waits for, as lit's reactive controller: the value, the error or the job's progress, and a promise that a
 * newer request replaces an older one, whichever answers first.
 */
export class Loading {
  value = null;
  failure = null;
  job = null;
  #host;
  #work;
  #stop = null;
  #key;

  /** @param {(key: any, tools: {signal: AbortSignal, onProgress: (job: object) => void}) => Promise<any>} work */
  constructor(host, work) {
    this.#host = host;
    this.#work = work;
    host.addController(this);
  }

  hostDisconnected() {
    this.#stop?.abort();
    this.#key = undefined;
  }

  get busy() {
    return this.#stop !== null;
  }

  /** Does nothing where the key (anything that JSON can say) is that of the last call; null empties. */
  load(key) {
    const text = JSON.stringify(key);
    if (text !== this.#key) {
      this.#key = text;
      this.reload();
    }
  }

  async reload() {
    this.#stop?.abort();
    const key = JSON.parse(this.#key ?? "null");
    if (key === null) {
      this.#become({ value: null, stop: null });
      return;
    }
    const stop = new AbortController();
    this.#become({ value: this.value, stop });
    try {
      const onProgress = (job) => {
        if (this.#stop === stop) {
          this.job = job;
          this.#host.requestUpdate();
        }
      };
      const value = await this.#work(key, { signal: stop.signal, onProgress });
      if (this.#stop === stop) {
        this.#become({ value, stop: null });
      }
    } catch (failure) {
      if (this.#stop === stop) {
        this.#become({ value: null, failure, stop: null });
      }
    }
  }

  #become({ value, failure = null, stop }) {
    this.value = value;
    this.failure = failure;
    this.job = null;
    this.#stop = stop;
    this.#host.requestUpdate();
  }
}
