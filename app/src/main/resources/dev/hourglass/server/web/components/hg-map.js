import { PageElement, html, svg, nothing } from "../shared/element.js";
import { dragged, fitting, toPlace, toScreen, zoomed } from "../maps/map-view.js";
import { PointCloud } from "../maps/point-cloud.js";
import { PointIndex, boundsOf } from "../maps/point-index.js";
import { themeChanged, token } from "../shared/theme.js";

const CLICK_PIXELS = 4;
const HIT_PIXELS = 9;
const ZOOM_STEP = 1.3;
const ANIMATION_MILLIS = 600;

/**
 * Points to pan, zoom, hover, click, walk between and encircle. It knows places and colours only; what they mean its
 * listeners know. Events: `hover` {index, x, y} or null, `pick` index, `place` {x, y}, `walk` {from, to} (each an index or
 * {x, y}), `lasso` indices, `view` {x, y, zoom} when the movement is over.
 */
class HgMap extends PageElement {
  static properties = {
    places: { attribute: false },
    colors: { attribute: false },
    tool: {},
    label: {},
    view: { attribute: false },
    mark: { attribute: false },
    path: { attribute: false },
    drag: { state: true },
    failure: { state: true },
  };

  constructor() {
    super();
    this.tool = "move";
    this.view = null;
    this.mark = null;
    this.path = [];
    this.drag = null;
    this.failure = null;
    this.between = 0;
    this.redraw = () => this.schedule();
    this.resizing = new ResizeObserver(() => this.resize());
  }

  connectedCallback() {
    super.connectedCallback();
    themeChanged.addEventListener("change", this.redraw);
  }

  disconnectedCallback() {
    themeChanged.removeEventListener("change", this.redraw);
    this.resizing.disconnect();
    this.cloud?.dispose();
    super.disconnectedCallback();
  }

  firstUpdated() {
    this.canvas = this.querySelector("canvas");
    try {
      this.cloud = new PointCloud(this.canvas);
    } catch (failure) {
      this.failure = failure.message;
      return;
    }
    this.canvas.addEventListener("restored", this.redraw);
    // Not passive: the page must not scroll while the map zooms.
    this.canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.resizing.observe(this.canvas);
    this.resize();
    this.take(new Map([["places"], ["colors"]]));
  }

  updated(changed) {
    if (this.cloud) {
      this.take(changed);
    }
  }

  take(changed) {
    if (changed.has("places") && this.places) {
      this.show(this.places);
    }
    if (changed.has("colors") && this.colors) {
      this.cloud.setColors(this.colors);
    }
    this.schedule();
  }

  /** New places: points that stay the same samples travel there, others are simply there. */
  show(places) {
    const before = this.shown;
    this.shown = places;
    this.index = new PointIndex(places);
    cancelAnimationFrame(this.travel);
    if (this.view === null) {
      this.fit();
    }
    if (before?.length !== places.length || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.cloud.setPlaces(places);
      this.between = 0;
      return;
    }
    this.cloud.setPlaces(before, places);
    const start = performance.now();
    const step = (now) => {
      const share = Math.min(1, (now - start) / ANIMATION_MILLIS);
      this.between = share * share * (3 - 2 * share);
      this.paint();
      if (share < 1) {
        this.travel = requestAnimationFrame(step);
      }
    };
    this.travel = requestAnimationFrame(step);
  }

  fit() {
    this.view = fitting(boundsOf(this.places), this.size);
  }

  get size() {
    return { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  render() {
    if (this.failure) {
      return html`<div class="message" data-tone="bad" role="alert">${this.failure}</div>`;
    }
    return html`<div class="map" data-tool=${this.tool}>
      <canvas
        tabindex="0"
        role="application"
        aria-label=${`${this.label}. Arrow keys move the map, plus and minus zoom, 0 shows all, Enter decodes the middle.`}
        @pointerdown=${this.start}
        @pointermove=${this.move}
        @pointerup=${this.stop}
        @pointercancel=${() => (this.drag = null)}
        @pointerleave=${() => this.tell("hover", null)}
        @keydown=${this.onKey}
      ></canvas>
      ${this.overlay()}
      <div class="map-buttons" role="group" aria-label="Zoom">
        <button aria-label="Zoom in" @click=${() => this.zoomAt(ZOOM_STEP)}>+</button>
        <button aria-label="Zoom out" @click=${() => this.zoomAt(1 / ZOOM_STEP)}>−</button>
        <button @click=${this.fitAgain}>All</button>
      </div>
    </div>`;
  }

  overlay() {
    if (this.view === null || !this.canvas) {
      return nothing;
    }
    const { view, size } = this;
    const screen = (place) => toScreen(view, size, place);
    const points = (places) => places.map((place) => screen(place).join()).join(" ");
    const mark = this.mark && screen([this.mark.x, this.mark.y]);
    return html`<svg class="map-overlay" aria-hidden="true">
      ${this.path.length > 1 ? svg`<polyline class="walk" points=${points(this.path)} />` : nothing}
      ${this.path.map((place) => svg`<circle class="walk" r="3" cx=${screen(place)[0]} cy=${screen(place)[1]} />`)}
      ${this.drag?.kind === "lasso" ? svg`<polygon class="lasso" points=${points(this.drag.polygon)} />` : nothing}
      ${this.drag?.kind === "walk" ? svg`<polyline class="walk" points=${points([this.drag.from, this.drag.at])} />` : nothing}
      ${mark ? svg`<circle class="mark" r="7" cx=${mark[0]} cy=${mark[1]} />` : nothing}
    </svg>`;
  }

  toPlace(event) {
    return toPlace(this.view, this.size, [event.offsetX, event.offsetY]);
  }

  placeOf(index) {
    return [this.shown[2 * index], this.shown[2 * index + 1]];
  }

  start(event) {
    if (event.button !== 0 || !this.index) {
      return;
    }
    this.canvas.setPointerCapture(event.pointerId);
    this.tell("hover", null);
    const at = this.toPlace(event);
    const hit = this.hit(at);
    const kind = event.shiftKey ? "lasso" : this.tool;
    const from = hit < 0 ? at : this.placeOf(hit);
    this.drag = {
      kind,
      moved: false,
      left: event.offsetX,
      top: event.offsetY,
      view: this.view,
      from,
      hit,
      at,
      polygon: [at],
    };
  }

  move(event) {
    const at = this.index ? this.toPlace(event) : null;
    const { drag } = this;
    if (drag === null) {
      this.hover(at, event);
      return;
    }
    const [dx, dy] = [event.offsetX - drag.left, event.offsetY - drag.top];
    const moved = drag.moved || Math.hypot(dx, dy) > CLICK_PIXELS;
    if (!moved) {
      return;
    }
    if (drag.kind === "move") {
      drag.moved = true;
      this.view = dragged(drag.view, [dx, dy]);
    } else {
      const polygon = drag.kind === "lasso" ? [...drag.polygon, at] : drag.polygon;
      this.drag = { ...drag, moved, at, polygon };
    }
  }

  stop() {
    const { drag } = this;
    this.drag = null;
    if (drag === null) {
      return;
    }
    if (!drag.moved) {
      this.click(drag);
    } else if (drag.kind === "move") {
      this.tell("view", this.view);
    } else if (drag.kind === "lasso") {
      this.tell("lasso", this.index.within(drag.polygon));
    } else {
      const end = this.hit(drag.at);
      const both = drag.hit >= 0 && end >= 0;
      this.tell("walk", { from: both ? drag.hit : point(drag.from), to: both ? end : point(drag.at) });
    }
  }

  click(drag) {
    if (drag.hit >= 0) {
      this.tell("pick", drag.hit);
    } else {
      this.tell("place", point(drag.at));
    }
  }

  hover(at, event) {
    const index = at === null ? -1 : this.hit(at);
    this.tell("hover", index < 0 ? null : { index, left: event.offsetX, top: event.offsetY });
  }

  hit([x, y]) {
    return this.index.nearest(x, y, HIT_PIXELS / this.view.zoom);
  }

  onWheel(event) {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015));
    this.zoomAt(factor, [event.offsetX, event.offsetY]);
  }

  zoomAt(factor, pixel = [this.size.width / 2, this.size.height / 2]) {
    if (this.view !== null) {
      this.view = zoomed(this.view, this.size, factor, pixel);
      this.tell("view", this.view);
    }
  }

  fitAgain() {
    this.fit();
    this.tell("view", null);
  }

  onKey(event) {
    const step = 60 / (this.view?.zoom ?? 1);
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.key in moves) {
      const [dx, dy] = moves[event.key];
      this.view = { ...this.view, x: this.view.x + dx, y: this.view.y + dy };
      this.tell("view", this.view);
    } else if (event.key === "+" || event.key === "=") {
      this.zoomAt(ZOOM_STEP);
    } else if (event.key === "-") {
      this.zoomAt(1 / ZOOM_STEP);
    } else if (event.key === "0") {
      this.fitAgain();
    } else if (event.key === "Enter") {
      this.tell("place", { x: this.view.x, y: this.view.y });
    } else {
      return;
    }
    event.preventDefault();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  resize() {
    const ratio = Math.min(2, devicePixelRatio);
    this.canvas.width = Math.round(this.canvas.clientWidth * ratio);
    this.canvas.height = Math.round(this.canvas.clientHeight * ratio);
    this.paint();
  }

  /** At most one drawing a frame, however many events there were. */
  schedule() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    if (this.view !== null) {
      this.cloud?.draw(this.view, this.pointSize(), this.between);
    }
  }

  /** Smaller the more there are, larger the closer one looks. */
  pointSize() {
    const { width, height } = this.size;
    const crowd = Math.sqrt((width * height) / Math.max(1, this.cloud.count));
    const { minX, maxX } = (this.bounds ??= boundsOf(this.places));
    const magnified = (this.view.zoom * (maxX - minX)) / width;
    return Math.max(2, Math.min(11, 0.85 * crowd * Math.sqrt(Math.max(1, magnified))));
  }

  willUpdate(changed) {
    if (changed.has("places")) {
      this.bounds = null;
    }
  }

  /** The map as it stands, on the page's ground, as a canvas to save. */
  picture() {
    const canvas = document.createElement("canvas");
    canvas.width = this.canvas.width;
    canvas.height = this.canvas.height;
    const context = canvas.getContext("2d");
    context.fillStyle = token("surface");
    context.fillRect(0, 0, canvas.width, canvas.height);
    this.paint();
    context.drawImage(this.canvas, 0, 0);
    return canvas;
  }
}

const point = ([x, y]) => ({ x, y });

customElements.define("hg-map", HgMap);
