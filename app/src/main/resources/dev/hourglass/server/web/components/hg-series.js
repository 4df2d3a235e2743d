import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import { bringFile, fitName } from "../data/bring.js";
import { FILES } from "../data/model-files.js";
import * as format from "../shared/format.js";
import { Latest } from "../shared/latest.js";
import { Loading } from "../shared/loading.js";
import { choice, chosenData } from "../shared/model-choice.js";
import { go, remember } from "../shared/router.js";
import { saveBlob } from "../shared/save.js";
import { around, panned, sameEvent, scoreScale, shows, stepTo, zoomed } from "../series/view.js";
import { stateOf } from "./hg-state.js";
import "./hg-timeline.js";

const SLIDER_STEPS = 1000;
const FIRST_CHANNELS = 3;
const LISTED = 300;

const KEYS = [
  ["j, k", "next and previous event"],
  ["a, n, u", "the event, or the selected rows, are an anomaly; are normal; take marks away"],
  ["← →", "back and on in time"],
  ["+ −", "closer and further"],
  ["0", "all rows"],
  ["[ ]", "lower and raise the threshold"],
  ["?", "these keys"],
];

/** A series by row: timeline, threshold, the events that it makes, and what a person says of them. */
class HgSeries extends PageElement {
  static properties = {
    model: { attribute: false },
    query: { attribute: false },
    view: { state: true },
    threshold: { state: true },
    curves: { state: true },
    whole: { state: true },
    found: { state: true },
    known: { state: true },
    marks: { state: true },
    selected: { state: true },
    range: { state: true },
    failure: { state: true },
    shown: { state: true },
    keys: { state: true },
    said: { state: true },
    sending: { state: true },
    taking: { state: true },
  };

  constructor() {
    super();
    this.series = new Loading(this, ({ run, model, ...query }, { signal, onProgress }) =>
      api.series(run, model, query, onProgress, signal),
    );
    this.askingCurves = new Latest((wish) => this.askCurves(wish));
    this.askingEvents = new Latest((wish) => this.askEvents(wish));
    this.askingKnown = new Latest((wish) => this.askKnown(wish));
    this.width = 0;
    this.failure = null;
    this.keys = false;
    this.said = "";
    this.sending = null;
    this.taking = false;
    this.onKey = (event) => this.press(event);
    this.clear();
  }

  clear() {
    this.view = null;
    this.threshold = null;
    this.curves = null;
    this.whole = null;
    this.found = null;
    this.known = null;
    this.marks = [];
    this.selected = null;
    this.range = null;
    this.shown = null;
    this.askedCurves = "";
    this.askedEvents = "";
    this.askedKnown = "";
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("keydown", this.onKey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
    super.disconnectedCallback();
  }

  /** What names the numbers, in each request. */
  get which() {
    return {
      ...chosenData(this.query),
      measure: this.query.get("rows-measure") ?? "",
      labelColumn: this.query.get("labels") ?? "",
    };
  }

  get number() {
    const usual = this.series.value?.events ?? { end: 1, gap: 0, least: 1 };
    return {
      end: usual.end,
      gap: Number(this.query.get("gap") ?? usual.gap),
      least: Number(this.query.get("least") ?? usual.least),
    };
  }

  willUpdate() {
    const { run, model } = this.model;
    const key = { run, model, ...this.which };
    if (JSON.stringify(key) !== this.key) {
      if (this.key !== undefined) {
        this.clear();
      }
      this.key = JSON.stringify(key);
      this.series.load(key);
      this.readMarks();
    }
    const series = this.series.value;
    if (series === null || this.series.busy) {
      return;
    }
    this.begin(series);
    this.ask();
  }

  begin(series) {
    if (this.view === null) {
      const [from, to] = (this.query.get("rows") ?? "").split("-").map(Number);
      const isIn = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= series.rows;
      this.view = isIn ? { from, to } : { from: 0, to: series.rows };
      const asked = Number(this.query.get("row-threshold"));
      this.threshold = asked > 0 ? asked : (series.threshold.value ?? 0);
      this.shown = series.channels.slice(0, FIRST_CHANNELS).map((_, i) => i);
    }
  }

  /** The chosen channels, and the one that is most to blame for the chosen event. */
  get channels() {
    const blamed = this.event?.channels[0]?.channel;
    return blamed === undefined || this.shown.includes(blamed) ? this.shown : [...this.shown, blamed];
  }

  get event() {
    return this.selected === null ? null : (this.found?.listed[this.selected] ?? null);
  }

  ask() {
    const { run, model } = this.model;
    if (this.width > 0) {
      const wish = { run, model, ...this.which, ...this.view, width: this.width, channels: this.channels.join(",") };
      if (JSON.stringify(wish) !== this.askedCurves) {
        this.askedCurves = JSON.stringify(wish);
        this.askingCurves.ask(wish);
      }
    }
    const truth = { anomalous: this.query.get("bad") ?? "", said: JSON.stringify(this.marks) };
    const known = { run, model, ...this.which, ...truth };
    if (JSON.stringify(known) !== this.askedKnown) {
      this.askedKnown = JSON.stringify(known);
      this.askingKnown.ask(known);
    }
    const wish = { run, model, ...this.which, ...this.number, threshold: this.threshold, limit: LISTED, ...truth };
    if (JSON.stringify(wish) !== this.askedEvents) {
      this.askedEvents = JSON.stringify(wish);
      this.askingEvents.ask(wish);
    }
  }

  async askCurves({ run, model, ...query }) {
    const key = this.key;
    try {
      const curves = await api.seriesCurves(run, model, query);
      if (key !== this.key) {
        return;
      }
      this.curves = curves;
      if (curves.from === 0 && curves.to === this.series.value?.rows) {
        this.whole = curves.score;
      } else if (this.whole === null) {
        this.whole = (await api.seriesCurves(run, model, { ...query, from: 0, to: "", channels: "" })).score;
      }
      this.failure = null;
    } catch (failure) {
      this.failure = failure;
    }
  }

  async askEvents({ run, model, said, ...query }) {
    const key = this.key;
    try {
      const found = await api.seriesEvents(run, model, query);
      if (key === this.key) {
        this.selected = sameEvent(found.listed, this.event);
        this.found = found;
      }
    } catch (failure) {
      this.failure = failure;
    }
  }

  async askKnown({ run, model, said, ...query }) {
    const key = this.key;
    try {
      const known = await api.knownAnomalies(run, model, query);
      if (key === this.key) {
        this.known = known;
      }
    } catch (failure) {
      this.failure = failure;
    }
  }

  async readMarks() {
    const key = this.key;
    const { run, model } = this.model;
    try {
      const { marks } = await api.marks(run, model, chosenData(this.query));
      if (key === this.key) {
        this.marks = marks;
      }
    } catch {
      // An upload has none; what else is wrong the series says.
    }
  }

  render() {
    const series = this.series.value;
    return html`<section class="card series" aria-labelledby="series">
      <header>
        <h2 id="series">Rows by their score</h2>
        <div class="row">
          ${
            series === null
              ? nothing
              : choice(
                  "series-measure",
                  "Score",
                  series.measures.map((measure) => [measure, MEASURES[measure] ?? measure]),
                  series.measure,
                  (measure) =>
                    remember({ "rows-measure": measure === series.measures[0] ? null : measure, "row-threshold": null }),
                )
          }
          <button @click=${() => this.saveScores()} ?disabled=${series === null}>All scores as CSV</button>
          <button aria-expanded=${this.keys} @click=${() => (this.keys = !this.keys)}>Keys (?)</button>
        </div>
      </header>
      ${this.keys ? this.keyList() : nothing} ${this.model.run === FILES ? nothing : this.file()}
      ${
        this.failure
          ? html`<div class="message" data-tone="bad" role="alert">
              <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
            </div>`
          : nothing
      }
      ${stateOf(this.series, "40rem", "Opening the series")}
      ${series === null || this.view === null || this.series.busy ? nothing : this.body(series)}
      <p class="visually-hidden" role="status">${this.said}</p>
    </section>`;
  }

  keyList() {
    return html`<dl class="keys" aria-label="Keys">
      ${KEYS.map(
        ([key, what]) =>
          html`<div>
            <dt>${key.split(" ").map((each) => html`<kbd>${each.replace(",", "")}</kbd> `)}</dt>
            <dd>${what}</dd>
          </div>`,
      )}
    </dl>`;
  }

  file() {
    return html`<div class="field">
      <label for="series-file">Score a file of your own (a table with the model's columns)</label>
      <input id="series-file" type="file" @change=${(event) => this.bring(event)} />
      <span class="hint" role="status">${this.sending ?? ""}</span>
    </div>`;
  }

  body(series) {
    const scale = scoreScale(series.scores);
    const found = this.found;
    return html`${this.facts(series)} ${this.controls(series)}
      <hg-timeline
        .curves=${this.curves}
        .whole=${this.whole}
        .view=${this.view}
        .rows=${series.rows}
        .names=${series.channels}
        .scale=${scale}
        .threshold=${this.threshold}
        .events=${found?.listed ?? []}
        .selected=${this.selected}
        .known=${this.known?.listed ?? []}
        .marks=${this.marks}
        .range=${this.range}
        .spoken=${this.spoken(series)}
        @width=${(event) => this.widen(event.detail)}
        @view=${(event) => this.look(event.detail)}
        @threshold=${(event) => this.raise(event.detail)}
        @range=${(event) => (this.range = event.detail)}
        @pick=${(event) => this.pick(event.detail, false)}
      ></hg-timeline>
      <p class="legend note">
        <span><i data-of="measured"></i>measured</span> <span><i data-of="rebuilt"></i>rebuilt by the model</span>
        <span><i data-of="event"></i>event</span>
        ${this.known?.anomalies ? html`<span><i data-of="known"></i>known anomaly</span>` : nothing}
        <span><i data-of="anomaly"></i>said to be an anomaly</span>
        <span><i data-of="normal"></i>said to be normal</span>
      </p>
      ${this.slider(scale)} ${this.agreement(series, found)}
      <div class="columns">${this.list(found)} ${this.detail(series)}</div>
      ${this.exports(series)}`;
  }

  spoken(series) {
    const { from, to } = this.view;
    return (
      `Timeline of ${format.count(series.rows)} rows, showing ${format.count(from)} to ${format.count(to - 1)}: ` +
      `${this.channels.map((i) => series.channels[i]).join(", ")} with their reconstructions, and the score. ` +
      (this.known?.anomalies ? `${format.counted(this.known.anomalies, "known anomaly", "known anomalies")} of ${format.counted(this.known.rows, "row")} shaded. ` : "") +
      "The list of events says the same in words."
    );
  }

  facts(series) {
    const { rows, scores, begin, end } = series;
    return html`<p class="note">
      ${format.counted(rows, "row")}${begin === null ? nothing : html` from ${spaced(begin)} to ${spaced(end)}`}${
        scores.scored < rows ? html`, ${format.count(rows - scores.scored)} of them in no window and without a score` : nothing
      }.
    </p>`;
  }

  controls(series) {
    const { rows } = series;
    const isWhole = this.view.to - this.view.from === rows;
    return html`<div class="row spread">
      <div class="row" role="group" aria-label="Where to look">
        <button @click=${() => this.look(panned(this.view, -0.5, rows))} ?disabled=${this.view.from === 0} aria-label="Back">
          ←
        </button>
        <button @click=${() => this.look(panned(this.view, 0.5, rows))} ?disabled=${this.view.to === rows} aria-label="On">
          →
        </button>
        <button @click=${() => this.look(zoomed(this.view, 0.5, 0.5, rows))}>Closer</button>
        <button @click=${() => this.look(zoomed(this.view, 2, 0.5, rows))} ?disabled=${isWhole}>Further</button>
        <button @click=${() => this.look({ from: 0, to: rows })} ?disabled=${isWhole}>All rows</button>
      </div>
      ${
        series.channels.length === 1
          ? nothing
          : html`<fieldset class="row channels" aria-label="Channels">
              ${series.channels.map(
                (name, i) =>
                  html`<label class="check"
                    ><input
                      type="checkbox"
                      .checked=${this.shown.includes(i)}
                      @change=${(event) => this.show(i, event.target.checked)}
                    />
                    ${name}</label
                  >`,
              )}
            </fieldset>`
      }
    </div>`;
  }

  show(channel, wanted) {
    const rest = this.shown.filter((each) => each !== channel);
    this.shown = wanted ? [...rest, channel].sort((a, b) => a - b).slice(-16) : rest;
  }

  slider(scale) {
    const found = this.found;
    const place = Math.round(scale.place(this.threshold) * SLIDER_STEPS);
    const text = format.error(this.threshold);
    return html`<div class="slider">
        <div class="slider-head">
          <label for="row-threshold">Threshold of the score</label><output for="row-threshold">${text}</output>
        </div>
        <input
          id="row-threshold"
          type="range"
          min="0"
          max=${SLIDER_STEPS}
          .value=${String(place)}
          aria-valuetext=${found ? `${text}: ${format.counted(found.events, "event")}` : text}
          @input=${(event) => this.raise(scale.score(Number(event.target.value) / SLIDER_STEPS))}
        />
      </div>
      <div class="row">
        ${this.wholeNumber("gap", "Merge events with at most so many rows between", 0)}
        ${this.wholeNumber("least", "Least rows of an event", 1)}
        <button
          @click=${() => this.raise(this.series.value.threshold.value ?? 0)}
        >
          ${this.series.value.measure === "detector" ? "The model's own threshold" : "Above 99 % of these rows"}
        </button>
      </div>
      <p class="note">${this.series.value.threshold.note}</p>`;
  }

  wholeNumber(name, label, least) {
    return html`<div class="field compact">
      <label for=${`series-${name}`}>${label}</label>
      <input
        id=${`series-${name}`}
        type="number"
        min=${least}
        max="1000000"
        .value=${String(this.number[name])}
        @change=${(event) => remember({ [name]: Math.max(least, Math.round(Number(event.target.value)) || least) })}
      />
    </div>`;
  }

  agreement(series, found) {
    if (found === null) {
      return html`<div class="skeleton" .style=${"height:8rem"}></div>`;
    }
    const truth = found.truth;
    return html`${series.classNames.length > 0 ? this.classes(series) : nothing}
      <dl class="facts" aria-label="What the threshold gives">
        ${fact("Events", format.count(found.events))} ${fact("Rows above", format.count(found.above))}
        ${fact("Share of rows", format.percent(found.above / series.scores.scored, 2))}
        ${
          truth === null
            ? nothing
            : html`${fact("Precision", format.percent(truth.precision))} ${fact("Recall", format.percent(truth.recall))}
              ${fact("F1", format.fixed(truth.f1, 3))}
              ${fact("Anomalies found", `${format.count(truth.found)} of ${format.count(truth.anomalies)}`)}
              ${fact("False events", format.count(truth.falseEvents))}`
        }
      </dl>
      <p class="note">
        ${
          truth === null
            ? "Nothing is known of these rows yet. Say below what events are, and precision and recall appear."
            : truth.knownRows < series.rows
              ? `Precision and recall count the ${format.counted(truth.knownRows, "row")} of which something is known.`
              : "Precision and recall count rows, by labels and by what you say of events."
        }
      </p>`;
  }

  classes(series) {
    const chosen = this.chosenClasses(series);
    return html`<fieldset>
      <legend class="label">Classes of rows that are anomalies</legend>
      <div class="row">
        ${series.classNames.map(
          (name, i) =>
            html`<label class="check"
              ><input
                type="checkbox"
                .checked=${chosen.includes(i)}
                @change=${(event) => this.mark(series, i, event.target.checked)}
              />
              ${name}</label
            >`,
        )}
        ${this.query.get("bad") === null ? html`<span class="note">${series.anomalousNote}</span>` : nothing}
      </div>
    </fieldset>`;
  }

  chosenClasses(series) {
    const bad = this.query.get("bad");
    return bad === null ? series.anomalous : bad === "none" ? [] : bad.split(",").map(Number);
  }

  mark(series, label, marked) {
    const rest = this.chosenClasses(series).filter((each) => each !== label);
    const chosen = marked ? [...rest, label] : rest;
    remember({ bad: chosen.length === 0 ? "none" : chosen.sort((a, b) => a - b).join(",") });
  }

  list(found) {
    if (found === null) {
      return nothing;
    }
    const all = found.events;
    return html`<div class="stack">
      <h3 id="event-list">Events</h3>
      ${
        all === 0
          ? html`<p class="note">No row lies above the threshold. Lower it.</p>`
          : html`<p class="note">
              ${all > found.listed.length ? `The ${found.listed.length} with the highest scores of ${format.count(all)}. ` : ""}Step
              through them with <kbd>j</kbd> and <kbd>k</kbd>.
            </p>`
      }
      <ol class="events" aria-labelledby="event-list">
        ${found.listed.map(
          (event, i) =>
            html`<li>
              <button
                aria-current=${i === this.selected ? "true" : nothing}
                data-truth=${event.truth}
                @click=${() => this.pick(i, true)}
              >
                <span>${spaced(event.begin) ?? `row ${format.count(event.first)}`}${event.series ? `, ${event.series}` : ""}</span>
                <span class="number">${format.counted(event.last - event.first + 1, "row")}</span>
                <span class="number">${format.error(event.score)}</span>
                <span class="truth">${TRUTHS[event.truth]}</span>
              </button>
            </li>`,
        )}
      </ol>
    </div>`;
  }

  detail(series) {
    const event = this.event;
    const range = this.range;
    if (event === null && range === null) {
      return html`<div class="stack">
        <h3>One event</h3>
        <p class="note">
          Choose an event to see where it begins, peaks and ends and which channels are to blame. Rows that are no event are
          selected with Shift and the pointer in the timeline.
        </p>
      </div>`;
    }
    const title = range === null ? "One event" : "Selected rows";
    return html`<div class="stack">
      <h3>${title}</h3>
      ${range === null ? this.story(series, event) : html`<p>Rows ${format.count(range.first)} to ${format.count(range.last)}.</p>`}
      <div class="row">
        <button @click=${() => this.say("anomaly")}>This is an anomaly</button>
        <button @click=${() => this.say("normal")}>This is normal</button>
        <button class="quiet" @click=${() => this.say("none")}>Take marks away</button>
        ${range === null ? nothing : html`<button class="quiet" @click=${() => (this.range = null)}>Select nothing</button>`}
      </div>
    </div>`;
  }

  story(series, event) {
    const place = (row, time) => (time === null ? `row ${format.count(row)}` : spaced(time));
    return html`<dl class="facts event-facts">
        ${fact("Begins", place(event.first, event.begin))} ${fact("Peaks", place(event.peak, event.peakTime))}
        ${fact("Ends", place(event.last, event.end))} ${fact("Rows", format.count(event.last - event.first + 1))}
        ${fact("Highest score", format.error(event.score))} ${fact("Known as", KNOWN[event.truth])}
      </dl>
      <ul class="bars" aria-label="Channels to blame">
        ${event.channels.map(
          ({ channel, share }) =>
            html`<li>
              <span>${series.channels[channel]}</span>
              <span class="bar"><span .style=${`width:${100 * share}%`}></span></span>
              <span class="number">${format.percent(share, 0)}</span>
            </li>`,
        )}
      </ul>`;
  }

  exports(series) {
    const name = this.model.run;
    return html`<details class="give">
      <summary>Take what is known to judge by or to train on</summary>
      <div class="stack">
        <p class="note">
          ${format.counted(this.marks.length, "stretch", "stretches")} of rows marked by hand${series.classNames.length > 0 ? ", which win over labels" : ""}. They are kept
          on the server.
        </p>
        <div class="row">
          <button @click=${() => this.give("windows.json")}>Windows as JSON</button>
          <button @click=${() => this.give("windows.csv")}>Windows as CSV</button>
          <button @click=${() => this.give("labelled.csv")}>The series with labels as CSV</button>
        </div>
        <p class="note">
          Judge scores by the windows: <code>hourglass judge --scores ${name}-scores.csv --labels ${name}-windows.json</code>
        </p>
        <div class="row">
          <button class="primary" ?disabled=${this.taking} @click=${() => this.trainOnMarks()}>
            Train on what is normal
          </button>
          <p class="note">
            Puts the series with labels among your own data and opens it on Home: its recipe trains on the rows that are
            normal, by label or by your word, and leaves the anomalies out (<code>train_on: {label: [normal]}</code>).
          </p>
        </div>
      </div>
    </details>`;
  }

  widen(width) {
    this.width = Math.min(4000, Math.round(width));
    this.requestUpdate();
  }

  look(view) {
    this.view = view;
    clearTimeout(this.keepingView);
    const rows = this.series.value.rows;
    const whole = view.from === 0 && view.to === rows;
    this.keepingView = setTimeout(() => remember({ rows: whole ? null : `${view.from}-${view.to}` }), 400);
  }

  raise(threshold) {
    this.threshold = Number(threshold.toPrecision(5));
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => remember({ "row-threshold": this.threshold }), 400);
  }

  pick(index, move) {
    this.selected = index;
    this.range = null;
    const event = this.event;
    if (event === null) {
      return;
    }
    if (move && !shows(this.view, event)) {
      this.look(around(event, this.series.value.rows));
    }
    const blamed = event.channels[0];
    const name = blamed ? `, most of it by ${this.series.value.channels[blamed.channel]}` : "";
    this.said =
      `Event ${index + 1} of ${this.found.listed.length}: ${spaced(event.begin) ?? `row ${event.first}`}, ` +
      `${format.counted(event.last - event.first + 1, "row")}${name}. ${KNOWN[event.truth]}.`;
    this.updateComplete.then(() => this.scrollList());
  }

  /** The list alone: the timeline stays in sight. */
  scrollList() {
    const list = this.querySelector("ol.events");
    const item = list?.querySelector("[aria-current]")?.parentElement;
    if (item) {
      const beyond = item.offsetTop + item.offsetHeight - list.clientHeight;
      list.scrollTop = Math.min(item.offsetTop, Math.max(list.scrollTop, beyond));
    }
  }

  async say(kind) {
    const rows = this.range ?? this.event;
    if (rows === null) {
      return;
    }
    const { run, model } = this.model;
    const { first, last } = rows;
    try {
      this.marks = (await api.addMark(run, model, chosenData(this.query), { first, last, kind })).marks;
      this.range = null;
      this.failure = null;
      this.said = `${format.counted(last - first + 1, "row")}: ${kind === "none" ? "no mark" : kind}.`;
    } catch (failure) {
      this.failure = failure;
    }
  }

  press(event) {
    const target = event.target;
    const writes = target.closest?.("input:not([type=range], [type=checkbox]), select, textarea, [contenteditable]");
    const slides = target.closest?.("input") && event.key.startsWith("Arrow");
    const series = this.series.value;
    if (writes || slides || event.ctrlKey || event.metaKey || event.altKey || series === null || this.view === null) {
      return;
    }
    const act = this.act(event.key, series);
    if (act) {
      event.preventDefault();
      act();
    }
  }

  act(key, { rows, scores }) {
    const events = this.found?.listed ?? [];
    const step = (direction) => {
      const next = stepTo(events, this.selected, direction, this.view);
      if (next !== null) {
        this.pick(next, true);
      }
    };
    const scale = scoreScale(scores);
    const nudge = (by) => this.raise(scale.score(Math.max(0, Math.min(1, scale.place(this.threshold) + by))));
    return {
      j: () => step(1),
      k: () => step(-1),
      a: () => this.say("anomaly"),
      n: () => this.say("normal"),
      u: () => this.say("none"),
      ArrowLeft: () => this.look(panned(this.view, -0.25, rows)),
      ArrowRight: () => this.look(panned(this.view, 0.25, rows)),
      "+": () => this.look(zoomed(this.view, 0.5, 0.5, rows)),
      "-": () => this.look(zoomed(this.view, 2, 0.5, rows)),
      0: () => this.look({ from: 0, to: rows }),
      "[": () => nudge(-0.01),
      "]": () => nudge(0.01),
      "?": () => (this.keys = !this.keys),
      Escape: this.range || this.keys ? () => ((this.range = null), (this.keys = false)) : undefined,
    }[key];
  }

  async bring(event) {
    const input = event.target;
    const [file] = input.files;
    if (!file) {
      return;
    }
    try {
      const name = await bringFile(file, (bytes) => (this.sending = `${format.bytes(bytes)} of ${format.bytes(file.size)}`));
      this.sending = `${name} is on the server now, with your own data.`;
      this.failure = null;
      this.dispatchEvent(new CustomEvent("brought", { bubbles: true }));
      remember({ data: `data:${name}`, index: null, rows: null, bad: null });
    } catch (failure) {
      this.sending = null;
      this.failure = failure;
    }
    input.value = "";
  }

  async saveScores() {
    const { run, model } = this.model;
    try {
      saveBlob(await api.seriesScores(run, model, this.which), `${run}-scores.csv`);
    } catch (failure) {
      this.failure = failure;
    }
  }

  async trainOnMarks() {
    const { run, model } = this.model;
    this.taking = true;
    try {
      const blob = await api.markFile(run, model, "labelled.csv", { ...this.which, anomalous: this.query.get("bad") ?? "" });
      const of = chosenData(this.query).data.replace(/^data:/, "").replace(/\.[^.]*$/, "");
      const file = new File([blob], `${fitName(of === "test" || of === "train" ? `${run}-${of}` : of)}-marked.csv`);
      go([], { data: await bringFile(file, () => {}) });
    } catch (failure) {
      this.failure = failure;
    }
    this.taking = false;
  }

  async give(file) {
    const { run, model } = this.model;
    try {
      const query = { ...this.which, anomalous: this.query.get("bad") ?? "" };
      saveBlob(await api.markFile(run, model, file, query), `${run}-${file}`);
    } catch (failure) {
      this.failure = failure;
    }
  }
}

const MEASURES = { detector: "the model's own", mse: "squared error", mae: "absolute error" };
const TRUTHS = { anomaly: "anomaly", normal: "normal", unknown: "" };
const KNOWN = { anomaly: "an anomaly", normal: "normal", unknown: "nothing yet" };

/** ISO 8601 as people write it; undefined where there is no time. */
const spaced = (time) => time?.replace("T", " ");

const fact = (name, value) =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

customElements.define("hg-series", HgSeries);
