import { PageElement, html } from "../shared/element.js";
import * as format from "../shared/format.js";
import { themeChanged, token } from "../shared/theme.js";
import { extent, panned, placeOf, rowAt, shortTime, zoomed } from "../series/view.js";

const LEFT = 58;
const RIGHT = 8;
const LANE = 92;
const SCORES = 120;
const GAP = 16;
const AXIS = 22;
const WHOLE = 34;
const NEAR = 8;

/**
 * A series as a picture: a lane for each channel with its reconstruction, one for the score with the threshold, and below them
 * all rows with the part that is in sight. Drag moves in time, Ctrl and the wheel zoom, with Shift rows are selected, and the
 * threshold is dragged up and down. Tells `view`, `threshold`, `range` and `pick`.
 */
class HgTimeline extends PageElement {
  static properties = {
    curves: { attribute: false },
    whole: { attribute: false },
    view: { attribute: false },
    rows: { type: Number },
    names: { attribute: false },
    scale: { attribute: false },
    threshold: { type: Number },
    events: { attribute: false },
    selected: { attribute: false },
    known: { attribute: false },
    marks: { attribute: false },
    range: { attribute: false },
    spoken: {},
  };

  constructor() {
    super();
    this.drag = null;
    this.range = null;
    this.known = [];
    this.redraw = () => this.draw();
    this.resizing = new ResizeObserver(() => this.measure());
    this.width = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    themeChanged.addEventListener("change", this.redraw);
    this.resizing.observe(this);
  }

  disconnectedCallback() {
    themeChanged.removeEventListener("change", this.redraw);
    this.resizing.disconnect();
    super.disconnectedCallback();
  }

  measure() {
    if (this.clientWidth > 0 && this.clientWidth !== this.width) {
      this.width = this.clientWidth;
      this.tell("width", Math.max(50, this.width - LEFT - RIGHT));
      this.draw();
    }
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  render() {
    return html`<canvas
      class="timeline"
      role="img"
      aria-label=${this.spoken ?? "Timeline"}
      .style=${`height:${this.height}px`}
      @pointerdown=${this.down}
      @pointermove=${this.move}
      @pointerup=${this.up}
      @pointercancel=${this.up}
      @wheel=${{ handleEvent: (event) => this.wheel(event), passive: false }}
    ></canvas>`;
  }

  updated() {
    this.draw();
  }

  get lanes() {
    return this.curves?.channels.length ?? 0;
  }

  get scoreTop() {
    return this.lanes * (LANE + GAP) + GAP;
  }

  get axisTop() {
    return this.scoreTop + SCORES;
  }

  get wholeTop() {
    return this.axisTop + AXIS + 6;
  }

  get height() {
    return this.wholeTop + WHOLE + 2;
  }

  get plot() {
    return Math.max(1, this.width - LEFT - RIGHT);
  }

  /** Where a row stands, in pixels. */
  x(row) {
    return LEFT + this.plot * placeOf(this.view, row);
  }

  scoreY(score) {
    return this.scoreTop + SCORES * (1 - this.scale.place(score));
  }

  draw() {
    const canvas = this.querySelector("canvas");
    if (canvas === null || this.width === 0 || !this.curves || !this.view) {
      return;
    }
    const dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(this.width * dots);
    canvas.height = Math.round(this.height * dots);
    const to = canvas.getContext("2d");
    to.scale(dots, dots);
    to.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    to.fillStyle = token("surface");
    to.fillRect(0, 0, this.width, this.height);
    this.drawRows(to);
    this.curves.channels.forEach((curve, lane) => this.drawLane(to, curve, GAP + lane * (LANE + GAP)));
    this.drawScores(to);
    this.drawAxis(to);
    this.drawWhole(to);
  }

  /** Behind the lanes: known anomalies, events, marks and what is selected. */
  drawRows(to) {
    const bottom = this.axisTop;
    const stretch = (first, last, color, opacity, top = GAP - 4, end = bottom) => {
      const left = Math.max(LEFT, this.x(first));
      const right = Math.min(LEFT + this.plot, this.x(last + 1));
      if (right > LEFT && left < LEFT + this.plot) {
        to.globalAlpha = opacity;
        to.fillStyle = typeof color === "string" ? token(color) : color;
        to.fillRect(left, top, Math.max(1.5, right - left), end - top);
        to.globalAlpha = 1;
      }
    };
    const stripes = this.stripes(to);
    this.known.forEach(({ first, last }) => stretch(first, last, stripes, 0.55));
    this.events.forEach((event, i) => stretch(event.first, event.last, "code", i === this.selected ? 0.34 : 0.14));
    if (this.range) {
      stretch(this.range.first, this.range.last, "accent", 0.2);
    }
    for (const { first, last, kind } of this.marks) {
      stretch(first, last, kind === "anomaly" ? "bad" : "good", 1, this.scoreTop - 9, this.scoreTop - 3);
    }
  }

  /** Known anomalies are striped, so that they are told from events without their colours. */
  stripes(to) {
    const tile = new OffscreenCanvas(8, 8);
    const on = tile.getContext("2d");
    on.strokeStyle = token("bad");
    on.lineWidth = 1.5;
    on.beginPath();
    for (const shift of [-8, 0, 8]) {
      on.moveTo(shift, 8);
      on.lineTo(shift + 8, 0);
    }
    on.stroke();
    return to.createPattern(tile, "repeat");
  }

  drawLane(to, { channel, original, rebuilt }, top) {
    const [low, high] = extent([original, rebuilt]);
    const y = (value) => top + LANE * (1 - (value - low) / (high - low));
    this.frame(to, top, LANE);
    this.numbers(to, top, LANE, format.plain(high), format.plain(low));
    this.band(to, original, y, token("ink-soft"), 1.3);
    this.band(to, rebuilt, y, token("accent"), 1.3);
    this.label(to, this.names[channel] ?? String(channel), top);
  }

  drawScores(to) {
    const top = this.scoreTop;
    this.frame(to, top, SCORES);
    this.numbers(to, top, SCORES, short(this.scale.high), this.scale.log ? short(this.scale.low) : "0");
    this.band(to, this.curves.score, (score) => this.scoreY(score), token("code"), 1.3);
    const at = Math.round(this.scoreY(this.threshold)) + 0.5;
    to.strokeStyle = token("ink");
    to.lineWidth = 1.5;
    to.setLineDash([6, 4]);
    to.beginPath();
    to.moveTo(LEFT, at);
    to.lineTo(LEFT + this.plot, at);
    to.stroke();
    to.setLineDash([]);
    this.label(to, `score${this.scale.log ? " (logarithmic)" : ""}`, top);
    this.label(to, `threshold ${format.error(this.threshold)}`, at > top + 22 ? at - 15 : at + 3, true);
  }

  frame(to, top, height) {
    to.strokeStyle = token("line");
    to.lineWidth = 1;
    to.strokeRect(LEFT + 0.5, top + 0.5, this.plot - 1, height - 1);
  }

  numbers(to, top, height, high, low) {
    to.fillStyle = token("ink-soft");
    to.textAlign = "right";
    to.textBaseline = "top";
    to.fillText(high, LEFT - 6, top, LEFT - 8);
    to.textBaseline = "bottom";
    to.fillText(low, LEFT - 6, top + height, LEFT - 8);
  }

  /** Words over curves, on a ground of their own. */
  label(to, text, top, right = false) {
    to.textAlign = "left";
    to.textBaseline = "top";
    const width = to.measureText(text).width;
    const left = right ? LEFT + this.plot - width - 6 : LEFT + 5;
    to.globalAlpha = 0.82;
    to.fillStyle = token("surface");
    to.fillRect(left - 2, top + 2, width + 4, 13);
    to.globalAlpha = 1;
    to.fillStyle = token("ink");
    to.fillText(text, left, top + 3);
  }

  /** From the lowest to the highest number of each part, and on to the next. */
  band(to, { low, high }, y, color, width) {
    const { from, to: end, parts } = this.curves;
    to.save();
    to.beginPath();
    to.rect(LEFT, 0, this.plot, this.axisTop);
    to.clip();
    to.strokeStyle = color;
    to.lineWidth = width;
    to.lineJoin = "round";
    to.beginPath();
    let pen = false;
    for (let part = 0; part < parts; part++) {
      if (low[part] === null) {
        pen = false;
        continue;
      }
      const x = this.x(from + ((end - from) * (part + 0.5)) / parts);
      if (pen) {
        to.lineTo(x, y(low[part]));
      } else {
        to.moveTo(x, y(low[part]));
      }
      if (high[part] !== low[part]) {
        to.lineTo(x, y(high[part]));
      }
      pen = true;
    }
    to.stroke();
    to.restore();
  }

  drawAxis(to) {
    to.fillStyle = token("ink-soft");
    to.textBaseline = "top";
    const ticks = this.curves.ticks.length > 0 ? this.curves.ticks : this.plainTicks();
    let free = -Infinity;
    let before = null;
    for (const { row, time } of ticks) {
      const text = time === undefined ? format.count(row) : shortTime(time, before);
      const width = to.measureText(text).width;
      const x = this.x(row + 0.5);
      const left = Math.min(Math.max(LEFT, x - width / 2), LEFT + this.plot - width);
      if (left > free && x >= LEFT && x <= LEFT + this.plot) {
        to.textAlign = "left";
        to.fillText(text, left, this.axisTop + 6);
        to.fillRect(Math.round(x), this.axisTop, 1, 4);
        free = left + width + 14;
        before = time ?? null;
      }
    }
  }

  plainTicks() {
    const { from, to } = this.view;
    return Array.from({ length: 7 }, (_, i) => ({ row: from + Math.floor(((to - 1 - from) * i) / 6) }));
  }

  drawWhole(to) {
    const top = this.wholeTop;
    to.strokeStyle = token("line");
    to.lineWidth = 1;
    to.strokeRect(LEFT + 0.5, top + 0.5, this.plot - 1, WHOLE - 1);
    if (this.whole) {
      to.fillStyle = token("code");
      const { high } = this.whole;
      high.forEach((score, i) => {
        if (score !== null) {
          const tall = (WHOLE - 4) * this.scale.place(score);
          to.fillRect(LEFT + (this.plot * i) / high.length, top + WHOLE - 2 - tall, Math.max(0.6, this.plot / high.length), tall);
        }
      });
    }
    to.fillStyle = token("bad");
    for (const { first, last } of this.known) {
      to.fillRect(LEFT + (this.plot * first) / this.rows, top + 1, Math.max(1.5, (this.plot * (last + 1 - first)) / this.rows), 4);
    }
    const left = LEFT + (this.plot * this.view.from) / this.rows;
    const width = Math.max(4, (this.plot * (this.view.to - this.view.from)) / this.rows);
    to.globalAlpha = 0.18;
    to.fillStyle = token("accent");
    to.fillRect(left, top, width, WHOLE);
    to.globalAlpha = 1;
    to.strokeStyle = token("accent");
    to.lineWidth = 1.5;
    to.strokeRect(left + 0.5, top + 0.5, width - 1, WHOLE - 1);
    to.fillStyle = token("ink-soft");
    to.textAlign = "right";
    to.textBaseline = "middle";
    to.fillText("all rows", LEFT - 6, top + WHOLE / 2, LEFT - 8);
  }

  place(event) {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  share(x) {
    return Math.max(0, Math.min(1, (x - LEFT) / this.plot));
  }

  nearThreshold(y) {
    return Math.abs(y - this.scoreY(this.threshold)) <= NEAR;
  }

  down(event) {
    if (event.button !== 0) {
      return;
    }
    const { x, y } = this.place(event);
    event.currentTarget.setPointerCapture(event.pointerId);
    if (y >= this.wholeTop) {
      this.drag = { kind: "whole" };
      this.leap(x);
    } else if (event.shiftKey) {
      this.drag = { kind: "range", row: rowAt(this.view, this.share(x)) };
    } else if (this.nearThreshold(y)) {
      this.drag = { kind: "threshold" };
    } else {
      this.drag = { kind: "pan", x, view: this.view, moved: false };
    }
  }

  move(event) {
    const { x, y } = this.place(event);
    if (this.drag === null) {
      event.currentTarget.style.cursor = this.nearThreshold(y) ? "ns-resize" : event.shiftKey ? "crosshair" : "grab";
      return;
    }
    switch (this.drag.kind) {
      case "whole":
        this.leap(x);
        break;
      case "threshold":
        this.tell("threshold", this.scale.score(Math.max(0, Math.min(1, 1 - (y - this.scoreTop) / SCORES))));
        break;
      case "range": {
        const row = rowAt(this.view, this.share(x));
        this.tell("range", { first: Math.min(row, this.drag.row), last: Math.max(row, this.drag.row) });
        break;
      }
      case "pan":
        if (Math.abs(x - this.drag.x) > 3 || this.drag.moved) {
          this.drag.moved = true;
          this.tell("view", panned(this.drag.view, (this.drag.x - x) / this.plot, this.rows));
        }
        break;
    }
  }

  up(event) {
    const drag = this.drag;
    this.drag = null;
    if (drag?.kind === "pan" && !drag.moved && event.type === "pointerup") {
      const row = rowAt(this.view, this.share(this.place(event).x));
      const picked = this.events.findIndex(({ first, last }) => row >= first && row <= last);
      if (picked >= 0) {
        this.tell("pick", picked);
      }
    }
  }

  /** The view's middle to a place of all rows. */
  leap(x) {
    const span = this.view.to - this.view.from;
    const from = Math.max(0, Math.min(this.rows - span, Math.round(this.share(x) * this.rows - span / 2)));
    this.tell("view", { from, to: from + span });
  }

  /** With Ctrl, or two fingers spread, closer or further; sideways along; else the page is scrolled. */
  wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const at = this.share(this.place(event).x);
      this.tell("view", zoomed(this.view, Math.exp(Math.max(-80, Math.min(80, event.deltaY)) / 200), at, this.rows));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.tell("view", panned(this.view, event.deltaX / this.plot, this.rows));
    }
  }
}

/** Few letters, as there is little room. */
const short = (value) => (value < 1e-3 ? value.toExponential(0) : String(Number(value.toPrecision(2))));

customElements.define("hg-timeline", HgTimeline);
