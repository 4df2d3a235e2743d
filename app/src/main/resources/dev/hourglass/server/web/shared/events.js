/**
 * Server-sent events that outlive the connection. The browser's EventSource sends Last-Event-ID when it reconnects by
 * itself, but gives up for good when the server answers with an error, as it may while it restarts. So this starts it
 * anew, a little later each time, with the last id in the address. The event `end` ends it.
 *
 * A browser keeps six connections to a server, for all its pages together. A page that nobody looks at gives its up and
 * catches up when it is looked at again.
 */
export class EventStream {
  #address;
  #handlers;
  #lastId = "";
  #source = null;
  #timer = 0;
  #failures = 0;
  #onVisibility = () => this.#look();

  /**
   * @param {string} address
   * @param {Record<string, (data: any) => void>} handlers by the name of the event; `connection` is told true or false,
   *     and `again` when it was given up meanwhile
   */
  constructor(address, handlers) {
    this.#address = address;
    this.#handlers = handlers;
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#open();
  }

  close() {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#drop();
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #look() {
    if (document.hidden) {
      this.#drop();
    } else if (this.#source === null) {
      this.#open();
      this.#handlers.again?.();
    }
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
    for (const [name, handle] of Object.entries(this.#handlers)) {
      if (name !== "connection" && name !== "again") {
        source.addEventListener(name, (event) => {
          this.#lastId = event.lastEventId || this.#lastId;
          handle(JSON.parse(event.data));
        });
      }
    }
    source.addEventListener("end", () => this.close());
  }
}
