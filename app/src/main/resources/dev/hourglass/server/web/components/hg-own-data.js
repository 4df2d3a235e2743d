import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import { ROLES, columnsOf, modelsFor, previewQuery } from "../data/choices.js";
import * as format from "../shared/format.js";
import "./hg-new-run.js";

const ASK_AFTER_MILLIS = 300;
const MODEL_NAMES = { cnn: "2D convolutions", conv1d: "1D convolutions", lstm: "LSTM", dense: "dense layers" };
const MOST_LISTED = 12;

/** What is in data that were brought, what a person chooses of them, and the form that starts a run. */
class HgOwnData extends PageElement {
  static properties = {
    name: {},
    preview: { state: true },
    roles: { state: true },
    values: { state: true },
    failure: { state: true },
    busy: { state: true },
    job: { state: true },
    folders: { state: true },
  };

  constructor() {
    super();
    this.reset();
  }

  reset() {
    this.preview = null;
    this.columns = [];
    this.suggested = null;
    this.roles = {};
    this.values = {};
    this.failure = null;
    this.busy = false;
    this.job = null;
    this.folders = [];
    this.stop?.abort();
    this.stop = null;
  }

  willUpdate(changed) {
    if (changed.has("name")) {
      this.reset();
      this.ask();
    }
  }

  disconnectedCallback() {
    clearTimeout(this.asking);
    this.stop?.abort();
    this.stop = null;
    super.disconnectedCallback();
  }

  change(what) {
    Object.assign(this, what);
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.ask(), ASK_AFTER_MILLIS);
  }

  async ask() {
    const name = this.name;
    this.busy = true;
    this.stop?.abort();
    const stop = new AbortController();
    this.stop = stop;
    const isNewest = () => this.stop === stop;
    const onProgress = (job) => {
      if (isNewest()) {
        this.job = job;
      }
    };
    try {
      const query = previewQuery(this.columns, this.roles, this.values);
      const preview = await api.previewData(name, query, { signal: stop.signal, onProgress });
      if (!isNewest()) {
        return;
      }
      if (this.suggested === null) {
        this.suggested = preview.found;
        this.columns = columnsOf(preview.found);
        if (preview.found.kind === "pictures") {
          this.findFolders(name);
        }
      }
      this.preview = preview;
      this.failure = null;
    } catch (failure) {
      if (isNewest()) {
        this.failure = failure;
      }
    } finally {
      if (isNewest()) {
        this.busy = false;
        this.job = null;
      }
    }
  }

  /** Which may have the noisy pictures of a pair. */
  async findFolders(name) {
    const { data } = await api.data().catch(() => ({ data: [] }));
    if (name === this.name) {
      this.folders = data.filter((item) => item.folder && item.name !== name).map((item) => item.name);
    }
  }

  render() {
    const found = this.preview?.found;
    return html`<section class="card" aria-labelledby="own-preview" aria-busy=${this.busy}>
        <header>
          <h2 id="own-preview">${this.name}</h2>
          <button class="quiet" @click=${() => this.dispatchEvent(new CustomEvent("close"))}>Close</button>
        </header>
        ${
          this.failure
            ? html`<div class="message" data-tone="bad" role="alert">
                <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
              </div>`
            : nothing
        }
        ${
          found
            ? html`<div class="stack">
                ${facts(found)} ${notes(found)}
                ${this.columns.length > 0 ? this.columnTable(found) : nothing}
                <div class="form-grid">${this.fields(found)}</div>
                <figure>
                  <img
                    class="own-picture"
                    alt=${`A picture of ${this.name}`}
                    src=${api.dataPictureAddress(this.name)}
                  />
                </figure>
              </div>`
            : this.failure
              ? nothing
              : html`${reading(this.job)}
                  <div class="skeleton" .style=${"height:12rem"}></div>`
        }
      </section>
      ${
        this.preview && !this.failure
          ? html`<hg-new-run .draft=${this.preview.recipe} .recipe=${stem(this.name)}></hg-new-run>`
          : nothing
      }`;
  }

  /** Pixels are no columns to choose from. */
  columnTable(found) {
    const columns = this.columns.filter(({ role }) => role !== "channel" || !found.pictures);
    return html`<div class="scroll-x own-columns" tabindex="0" role="group" aria-label="Columns">
      <table>
        <thead>
          <tr>
            <th scope="col"><span class="visually-hidden">Used</span></th>
            <th scope="col">Column</th>
            <th scope="col">For</th>
            <th scope="col">Has</th>
            <th scope="col" class="number">Least</th>
            <th scope="col" class="number">Most</th>
            <th scope="col" class="number">Mean</th>
            <th scope="col" class="number">Missing</th>
          </tr>
        </thead>
        <tbody>
          ${columns.map((column) => this.columnLine(column))}
        </tbody>
      </table>
    </div>`;
  }

  columnLine(column) {
    const role = this.roles[column.name] ?? column.role;
    const used = column.role === "out" ? "label" : column.role;
    return html`<tr>
      <td>
        <input
          type="checkbox"
          aria-label=${`Use ${column.name}`}
          .checked=${role !== "out"}
          @change=${(event) => this.play(column, event.target.checked ? used : "out")}
        />
      </td>
      <th scope="row">${column.name}</th>
      <td>
        <select
          aria-label=${`What ${column.name} is for`}
          @change=${(event) => this.play(column, event.target.value)}
        >
          ${ROLES.filter(([value]) => value !== "channel" || !column.words).map(
            ([value, label]) => html`<option value=${value} ?selected=${value === role}>${label}</option>`,
          )}
        </select>
      </td>
      <td>${column.constant ? "constant" : column.type}</td>
      ${["least", "most", "mean"].map((number) => html`<td class="number">${column.words ? "" : format.plain(column[number])}</td>`)}
      <td class="number">${column.words ? "" : format.count(column.missing)}</td>
    </tr>`;
  }

  play(column, role) {
    this.change({ roles: { ...this.roles, [column.name]: role } });
  }

  fields(found) {
    const pictures = found.kind === "pictures";
    const sounds = found.kind === "sounds";
    const series = (found.kind === "table" && !found.pictures) || (found.kind === "arrays" && !found.pictures && found.shape.length === 1);
    return html`${
        series
          ? html`${this.number("steps", "Rows of a window", found.samples.steps, "1 makes each row a sample")}
            ${this.number("stride", "Rows to the next window", found.samples.stride, "")}`
          : nothing
      }
      ${
        sounds
          ? html`${this.number("steps", "Spectra of a window", found.samples.steps, `${format.duration(found.samples.seconds)} of sound`)}
            ${this.number("stride", "Spectra to the next window", found.samples.stride, "")}`
          : nothing
      }
      ${
        pictures
          ? html`${this.number("height", "Height", found.samples.height, "")}
            ${this.number("width", "Width", found.samples.width, "Give both")}
            ${this.choice("fit", "Other sizes are", [
              ["", "as suggested"],
              ["crop", "cut off"],
              ["pad", "padded"],
              ["stretch", "stretched"],
            ])}
            ${this.choice("colour", "Colours", [
              ["", found.colour > 0 ? "as suggested: colour" : "as suggested: grey"],
              ["rgb", "colour"],
              ["grey", "grey"],
            ])}
            ${this.number("patch", "Patches of", "", "Height and width of the pieces that pictures are cut into, in place of a size")}
            ${this.number("overlap", "Patches overlap by", "", "Pixels; a quarter of a patch if left out")}
            ${
              found.pairs && !this.values.noisy
                ? nothing
                : this.choice("noisy", "Noisy pictures of the same", [
                    ["", this.folders.length > 0 ? "none: learn the pictures" : "none; bring their folder as well"],
                    ...this.folders.map((folder) => [folder, folder]),
                  ])
            }`
          : nothing
      }
      ${this.choice("model", "Model", [
        ["", "as the data suggest"],
        ...modelsFor(found).map((model) => [model, MODEL_NAMES[model]]),
      ])}`;
  }

  number(name, label, suggested, hint) {
    return html`<div class="field">
      <label for=${`own-${name}`}>${label}</label>
      <input
        id=${`own-${name}`}
        inputmode="numeric"
        placeholder=${suggested === "" ? "" : format.count(suggested)}
        .value=${this.values[name] ?? ""}
        aria-describedby=${`own-${name}-hint`}
        @input=${(event) => this.change({ values: { ...this.values, [name]: event.target.value } })}
      />
      <span class="hint" id=${`own-${name}-hint`}>${hint}</span>
    </div>`;
  }

  choice(name, label, options) {
    return html`<div class="field">
      <label for=${`own-${name}`}>${label}</label>
      <select
        id=${`own-${name}`}
        @change=${(event) => this.change({ values: { ...this.values, [name]: event.target.value } })}
      >
        ${options.map(
          ([value, text]) =>
            html`<option value=${value} ?selected=${value === (this.values[name] ?? "")}>${text}</option>`,
        )}
      </select>
      <span class="hint"></span>
    </div>`;
  }
}

/** What is seen while the server reads, which takes long where there is much. */
const reading = (job) =>
  job
    ? html`<div class="message" role="status">
        <span>${job.task}${job.secondsLeft ? `, about ${format.duration(job.secondsLeft)} left` : ""}</span>
        <progress max="1" value=${job.progress} aria-label=${job.task}></progress>
      </div>`
    : html`<p class="note">Reading it.</p>`;

const stem = (name) => name.replace(/\..*$/, "").replace(/[^A-Za-z0-9_-]/g, "-").replace(/^[-_]+/, "") || "own";

const fact = (name, value) =>
  html`<div>
    <dt>${name}</dt>
    <dd title=${value}>${value}</dd>
  </div>`;

function facts(found) {
  const times = found.times;
  return html`<dl class=${times ? "facts wide" : "facts"}>
    ${
      found.kind === "pictures"
        ? html`${fact("Pictures", format.count(found.pictures))}
          ${fact("Sizes", listed(found.sizes.map((size) => `${size.width} × ${size.height}`)))}
          ${fact("In colour", format.count(found.colour))} ${fact("Can't be read", format.count(found.unreadFiles))}`
        : found.kind === "sounds"
          ? html`${fact("Sounds", format.count(found.sounds))}
            ${fact("Long", `${format.duration(found.seconds.least)} to ${format.duration(found.seconds.most)}`)}
            ${fact("In all", format.duration(found.seconds.all))}
            ${fact("Rate", listed(found.rates.map(({ hertz }) => `${format.count(hertz)} Hz`)))}
            ${fact("Channels", listed(found.channelCounts.map(({ channels }) => format.count(channels))))}
            ${fact("Can't be read", format.count(found.unreadFiles))}`
        : found.kind === "arrays"
          ? html`${fact("In the file", format.counted(found.rows, "sample"))} ${fact("Of", format.shape(found.shape))}
            ${fact("Numbers", `${format.plain(found.range.least)} to ${format.plain(found.range.most)}`)}`
          : html`${fact("Rows", format.count(found.rows))} ${fact("Series", format.count(found.series))}
            ${fact("Channels", format.count(found.channels.length))}
            ${fact("Missing numbers", format.count(found.channels.reduce((sum, each) => sum + each.missing, 0)))}`
    }
    ${times ? html`${fact("From", times.first)} ${fact("To", times.last)} ${fact("Usual step", format.duration(times.usualSeconds))} ${fact("Longest step", format.duration(times.longestSeconds))}` : nothing}
    ${fact("Samples", format.count(found.samples.count))}
    ${found.classes.length > 0 ? fact("Classes", listed(found.classes.map((each) => each.name))) : nothing}
  </dl>`;
}

function notes(found) {
  const unread = found.unread ?? [];
  const more = (found.unreadFiles ?? 0) - Math.min(unread.length, MOST_LISTED);
  const lines = [
    ...(found.notes ?? []),
    ...(found.correlated ?? []).map(
      ({ first, second, correlation }) => `${first} and ${second} tell the same (correlation ${correlation.toFixed(3)}).`,
    ),
    ...(found.channels ?? []).filter((each) => each.constant).map(({ name }) => `${name} is constant.`),
    ...unread.slice(0, MOST_LISTED).map(({ file, reason }) => `${file}: ${reason}`),
    ...(more > 0 ? [`and ${more} more that can't be read.`] : []),
  ];
  return lines.length === 0 ? nothing : html`<ul class="note own-notes">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

const listed = (names) => names.slice(0, 4).join(", ") + (names.length > 4 ? ` and ${names.length - 4} more` : "");

customElements.define("hg-own-data", HgOwnData);
