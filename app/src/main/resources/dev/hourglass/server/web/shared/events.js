/**
 * Server-sent events that outlive the connection. The browser's EventSource sends Last-Event-ID when it reconnects by
 * itself, but gives up for good when the server answers with an error, as it may while it restarts. So this starts it
 * anew, a little later each time, with the last id in the address. The event `end` ends it.
 */
export class EventStream {
  #address;
  #handlers;
  #lastId = "";
  #source = null;
  #timer = 0;
  #failures = 0;

  /**
   * @param {string} address
   * @param {Record<string, (data: any) => void>} handlers by the name of the event; `connection` is told true or false
   */
  constructor(address, handlers) {
    this.#address = address;
    this.#handlers = handlers;
    this.#open();
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #open() {
    const address = new URL(this.#address, location.href);
    if (this.#lastId !== "") {
      address.searchParams.set("after", this.#lastId);
    }
    const source = new EventSource(address);
    this.#source = source;
    source.onopen = () => {
      this.#failures = 0;
      this.#handlers.connection?.(true);
    };
    source.onerror = () => {
      this.#handlers.connection?.(false);
      if (source.readyState === EventSource.CLOSED && source === this.#source) {
        this.#failures++;
        this.#timer = setTimeout(() => this.#open(), Math.min(5000, 250 * 2 ** this.#failures));
      }
    };
    source.addEventListener("end", () => this.close());
    for (const [name, handle] of Object.entries(this.#handlers)) {
      if (name !== "connection") {
        source.addEventListener(name, (event) => {
          this.#lastId = event.lastEventId || this.#lastId;
          handle(JSON.parse(event.data));
        });
      }
    }
  }
}
