import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import { readCsv } from "../shared/csv.js";
import * as format from "../shared/format.js";
import { Loading } from "../shared/loading.js";
import { RunsController, runs } from "../runs/runs.js";
import { stateOf } from "../components/hg-state.js";
import "../components/hg-table.js";

const MOST_ROWS = 500;
const LARGEST_TABLE_BYTES = 300_000;

/** What the lab wrote of a run: findings, answers, plots, tables, and every file to take away. */
class PageAnalysis extends PageElement {
  static properties = { run: {}, query: { attribute: false } };

  constructor() {
    super();
    this.runs = new RunsController(this);
    this.detail = new Loading(this, ({ run }) => api.run(run));
    this.files = new Loading(this, ({ run }) => api.files(run));
    this.texts = new Loading(this, ({ run, paths }, { signal }) => texts(run, paths, signal));
  }

  willUpdate() {
    const { run } = this;
    const state = runs.find(run)?.state;
    this.detail.load({ run, state });
    this.files.load({ run, state });
    const written = (this.files.value ?? []).filter(
      ({ path, bytes }) => /^results\/.+\.(txt|csv)$/.test(path) && bytes < LARGEST_TABLE_BYTES,
    );
    this.texts.load(this.files.value && { run, paths: written.map(({ path }) => path) });
  }

  render() {
    const run = this.detail.value;
    return html`<div class="page">
      <div class="page-head">
        <div>
          <h1>Analysis</h1>
          <p class="lead">${run ? run.title : "\u00a0"}</p>
        </div>
        <div class="row">
          ${run?.hasReport ? html`<a class="button" href=${api.fileAddress(this.run, "report.html")} target="_blank" rel="noopener">Report</a>` : nothing}
          <a class="button primary" href=${api.archiveAddress(this.run)} download>Download all</a>
        </div>
      </div>
      ${stateOf(this.detail, "30rem")} ${run ? this.body(run) : nothing}
    </div>`;
  }

  body(run) {
    const answers = (this.texts.value ?? []).filter(({ path }) => /answers.*\.txt$/.test(path));
    const tables = (this.texts.value ?? []).filter(({ path }) => path.endsWith(".csv"));
    return html`<section class="card" aria-labelledby="findings">
        <h2 id="findings">Findings</h2>
        ${
          run.findings.length === 0
            ? html`<p class="note">
                ${run.state === "finished" ? "This run has none." : "The findings are written when the run is finished."}
              </p>`
            : html`<ul class="findings">
                ${run.findings.map((sentence) => html`<li>${sentence}</li>`)}
              </ul>`
        }
      </section>
      ${answers.map(({ text }) => this.answers(text))} ${this.plots(run)} ${tables.map((table) => this.table(table))}
      ${this.downloads()}`;
  }

  answers(text) {
    const parts = text.trim().split(/\n\s*\n/);
    return html`<section class="card" aria-labelledby="answers">
      <h2 id="answers">Answers to the key questions</h2>
      ${parts.map((part) => {
        const [first, ...rest] = part.split("\n");
        return first.trim().endsWith("?")
          ? html`<h3>${first}</h3>
              <p class="answer">${rest.join("\n")}</p>`
          : html`<p class="answer">${part}</p>`;
      })}
    </section>`;
  }

  plots(run) {
    if (run.plots.length === 0) {
      return nothing;
    }
    if (this.files.value === null) {
      return html`<div class="card skeleton tall"></div>`; // the listing says how much room each takes
    }
    return html`<section class="card" aria-labelledby="plots">
      <h2 id="plots">Plots</h2>
      <div class="plots">
        ${run.plots.map((path) => {
          const png = path.replace(/\.svg$/, ".png");
          const pixels = (this.files.value ?? []).find((file) => file.path === png)?.pixels;
          return html`<figure>
            <a href=${api.fileAddress(this.run, path)} target="_blank" rel="noopener">
              <img
                src=${api.fileAddress(this.run, png)}
                alt=${title(path)}
                width=${pixels?.width ?? nothing}
                height=${pixels?.height ?? nothing}
                loading="lazy"
              />
            </a>
            <figcaption class="row spread">
              <span>${title(path)}</span>
              <span class="toolbar">
                <a href=${api.fileAddress(this.run, png, true)} aria-label=${`${title(path)} as PNG`}>PNG</a>
                <a href=${api.fileAddress(this.run, path, true)} aria-label=${`${title(path)} as SVG`}>SVG</a>
              </span>
            </figcaption>
          </figure>`;
        })}
      </div>
    </section>`;
  }

  table({ path, text }) {
    const { heads, rows } = readCsv(text);
    const columns = heads.map((head, i) => {
      const isText = rows.some((row) => row[i] !== "" && Number.isNaN(Number(row[i])));
      return {
        head,
        text: isText || i === 0,
        of: (row) => (isText || row[i] === "" ? row[i] : Number(row[i])),
        show: isText ? undefined : (value) => shown(head, value),
      };
    });
    return html`<section class="card table-card">
      <hg-table
        heading=${title(path)}
        .columns=${columns}
        .rows=${rows.slice(0, MOST_ROWS)}
        note=${rows.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${format.count(rows.length)} rows; the file has all.` : ""}
      ></hg-table>
    </section>`;
  }

  downloads() {
    return html`<section class="card" aria-labelledby="files">
      <h2 id="files">Files</h2>
      ${stateOf(this.files, "16rem")}
      <div class="scroll-x" tabindex="0" role="group" aria-labelledby="files">
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col" class="number">Size</th>
            </tr>
          </thead>
          <tbody>
            ${(this.files.value ?? []).map(
              ({ path, bytes }) =>
                html`<tr>
                  <td><a href=${api.fileAddress(this.run, path, true)}>${path}</a></td>
                  <td class="number">${format.bytes(bytes)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }
}

/** "plots/cnn_training_history.svg" to "Cnn training history" */
function title(path) {
  const name = path
    .split("/")
    .at(-1)
    .replace(/\.[a-z]+$/, "")
    .replaceAll(/[_-]/g, " ")
    .replaceAll(/\b(cnn|lstm)\b/g, (word) => word.toUpperCase());
  return name[0].toUpperCase() + name.slice(1);
}

async function texts(run, paths, signal) {
  return Promise.all(
    paths.map(async (path) => ({ path, text: await (await fetch(api.fileAddress(run, path), { signal })).text() })),
  );
}

/** A learning rate is set and not measured, so it has no digits to keep. */
function shown(head, value) {
  if (Number.isInteger(value)) {
    return format.count(value);
  }
  return head === "learning_rate" ? format.plain(value) : format.error(value);
}

customElements.define("page-analysis", PageAnalysis);
