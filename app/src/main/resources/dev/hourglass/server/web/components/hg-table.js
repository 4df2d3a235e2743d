import { PageElement, html, nothing } from "../shared/element.js";
import * as format from "../shared/format.js";
import { fileName, saveCsv } from "../shared/save.js";

const FIRST_ROWS = 25;

/**
 * A table that sorts by any column, marks each column's best value and saves itself as CSV. A long one shows its first
 * rows until it is asked for all.
 *
 * A column is `{head, of: row => value, show: value => text, best?: "low" | "high", text?: true, cell?: row => template}`.
 */
class HgTable extends PageElement {
  static properties = {
    heading: {},
    note: {},
    columns: { attribute: false },
    rows: { attribute: false },
    sort: { state: true },
    whole: { state: true },
  };

  constructor() {
    super();
    this.note = "";
    this.sort = null;
    this.whole = false;
  }

  render() {
    const isCut = !this.whole && this.rows.length > FIRST_ROWS;
    const rows = isCut ? this.sorted().slice(0, FIRST_ROWS) : this.sorted();
    const id = fileName(this.heading);
    return html`<div class="stack">
      <div class="card-head">
        <h2 id=${id}>${this.heading}</h2>
        <div class="toolbar">
          <button class="quiet" @click=${this.save} aria-label=${`Save ${this.heading} as CSV`}>CSV</button>
        </div>
      </div>
      ${this.note ? html`<p class="note">${this.note}</p>` : nothing}
      <div class="scroll-x" tabindex="0" role="group" aria-labelledby=${id}>
        <table>
          <thead>
            <tr>
              ${this.columns.map((column, i) => this.head(column, i))}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) =>
                html`<tr>
                  ${this.columns.map((column, i) => this.cell(column, row, i))}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${
        isCut
          ? html`<div>
              <button @click=${() => (this.whole = true)}>Show all ${format.count(this.rows.length)} rows</button>
            </div>`
          : nothing
      }
    </div>`;
  }

  head({ head, text }, i) {
    const sorted = this.sort?.column === i;
    const arrow = sorted ? (this.sort.up ? " ↑" : " ↓") : "";
    return html`<th
      scope="col"
      class=${text ? "" : "number"}
      aria-sort=${sorted ? (this.sort.up ? "ascending" : "descending") : nothing}
    >
      <button @click=${() => this.sortBy(i)}>${head.replaceAll("_", " ")}${arrow}</button>
    </th>`;
  }

  cell(column, row, i) {
    const value = column.of(row);
    const content = column.cell ? column.cell(row) : column.show ? column.show(value) : (value ?? "–");
    if (column.text) {
      return i === 0 ? html`<th scope="row">${content}</th>` : html`<td>${content}</td>`;
    }
    const isBest = value !== null && value !== undefined && value === this.best(column);
    return html`<td class="number ${isBest ? "best" : ""}">
      ${content}${isBest ? html`<span class="visually-hidden"> (best)</span>` : nothing}
    </td>`;
  }

  best({ of, best }) {
    const values = this.rows.map(of).filter((value) => Number.isFinite(value));
    if (!best || new Set(values).size < 2) {
      return null;
    }
    return best === "low" ? Math.min(...values) : Math.max(...values);
  }

  sorted() {
    if (this.sort === null) {
      return this.rows;
    }
    const { of } = this.columns[this.sort.column];
    const sign = this.sort.up ? 1 : -1;
    return this.rows.toSorted((one, other) => sign * compare(of(one), of(other)));
  }

  sortBy(column) {
    this.sort = { column, up: this.sort?.column === column ? !this.sort.up : true };
  }

  save() {
    saveCsv(
      this.columns.map(({ head }) => head),
      this.sorted().map((row) => this.columns.map(({ of }) => of(row))),
      `${fileName(this.heading)}.csv`,
    );
  }
}

/** Numbers by size, words by the alphabet, what is missing last. */
function compare(one, other) {
  const missing = (value) => value === null || value === undefined || Number.isNaN(value);
  if (missing(one) || missing(other)) {
    return missing(one) - missing(other);
  }
  return typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
}

customElements.define("hg-table", HgTable);
