import { PageElement, html } from "../shared/element.js";
import { slider } from "../shared/slider.js";

const PLAY_MILLIS = 1100;

/** The epochs of a map: a slider over them, and they can be played. Event: `epoch`, one of them. */
class HgMapEpochs extends PageElement {
  static properties = { epochs: { attribute: false }, epoch: { type: Number }, playing: { state: true } };

  constructor() {
    super();
    this.epoch = null;
    this.playing = false;
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    this.playing = false;
    super.disconnectedCallback();
  }

  render() {
    const last = this.epochs.length - 1;
    const at = this.epoch === null ? last : this.epochs.indexOf(this.epoch);
    return html`<div class="play-row">
      <button aria-pressed=${this.playing} @click=${this.play}>${this.playing ? "Stop" : "Play"}</button>
      ${slider({
        id: "map-epoch",
        label: "Codes after epoch",
        min: 0,
        max: last,
        value: at,
        shown: `${this.epochs[at]} of ${this.epochs[last]}`,
        onInput: (place) => this.tell(this.epochs[place]),
      })}
    </div>`;
  }

  play() {
    this.playing = !this.playing;
    clearInterval(this.timer);
    if (this.playing) {
      this.timer = setInterval(() => {
        const at = this.epoch === null ? -1 : this.epochs.indexOf(this.epoch);
        this.tell(this.epochs[(at + 1) % this.epochs.length]);
      }, PLAY_MILLIS);
    }
  }

  tell(epoch) {
    this.dispatchEvent(new CustomEvent("epoch", { detail: epoch }));
  }
}

customElements.define("hg-map-epochs", HgMapEpochs);
