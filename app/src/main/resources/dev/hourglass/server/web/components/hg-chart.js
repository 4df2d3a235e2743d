import * as echarts from "echarts";
import { PageElement, html, nothing } from "../shared/element.js";
import { fileName, saveBlob, saveCsv } from "../shared/save.js";
import { themeChanged, token } from "../shared/theme.js";

/**
 * A chart with all that a chart needs: the colours of the theme, its numbers as a table for whoever cannot or does not
 * want to see it, and buttons that save the picture and the numbers.
 *
 * `option` is ECharts' (or a function that makes it, called again when the theme changes); `table` is
 * `{heads: string[], rows: any[][]}` or a function that makes it.
 */
export class HgChart extends PageElement {
  static properties = {
    heading: {},
    level: { type: Number },
    note: {},
    option: { attribute: false },
    table: { attribute: false },
    height: { type: Number },
    asTable: { state: true },
  };

  constructor() {
    super();
    this.level = 2;
    this.height = 300;
    this.note = "";
    this.asTable = false;
    this.chart = null;
    this.redraw = () => this.draw();
    this.resizing = new ResizeObserver(() => this.chart?.resize());
  }

  connectedCallback() {
    super.connectedCallback();
    themeChanged.addEventListener("change", this.redraw);
  }

  disconnectedCallback() {
    themeChanged.removeEventListener("change", this.redraw);
    this.forget();
    super.disconnectedCallback();
  }

  render() {
    const heading = this.level === 2 ? html`<h2>${this.heading}</h2>` : html`<h3>${this.heading}</h3>`;
    return html`<div class="stack">
      <div class="card-head">
        ${heading}
        <div class="toolbar" role="group" aria-label=${`${this.heading}: view and save`}>
          <button class="quiet" aria-pressed=${this.asTable} @click=${() => (this.asTable = !this.asTable)}>
            Table
          </button>
          <button class="quiet" @click=${this.savePicture} ?disabled=${this.asTable}>PNG</button>
          <button class="quiet" @click=${this.saveNumbers}>CSV</button>
        </div>
      </div>
      ${this.note ? html`<p class="note">${this.note}</p>` : nothing}
      ${
        this.asTable
          ? this.numbers()
          : html`<div
              class="chart-box"
              role="img"
              aria-label=${this.spoken()}
              .style=${`height:${this.height}px`}
            ></div>`
      }
    </div>`;
  }

  updated() {
    this.draw();
  }

  numbers() {
    const { heads, rows } = this.data();
    return html`<div
      class="chart-table"
      tabindex="0"
      role="group"
      aria-label=${`${this.heading} as a table`}
      .style=${`height:${this.height}px`}
    >
      <table>
        <thead>
          <tr>
            ${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, 1000).map(
            (row) =>
              html`<tr>
                ${row.map((value) => html`<td class="number">${short(value)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  spoken() {
    const { heads, rows } = this.data();
    return `${this.heading}: a chart of ${rows.length} rows of ${heads.join(", ")}. The button Table shows the numbers.`;
  }

  data() {
    return typeof this.table === "function" ? this.table() : (this.table ?? { heads: [], rows: [] });
  }

  draw() {
    const box = this.querySelector(".chart-box");
    if (box === null || !this.option) {
      this.forget();
      return;
    }
    if (this.chart === null || this.chart.getDom() !== box) {
      this.forget();
      this.chart = echarts.init(box, null, { renderer: "canvas" });
      this.resizing.observe(box);
      this.dispatchEvent(new CustomEvent("chart", { detail: this.chart }));
    }
    const option = typeof this.option === "function" ? this.option() : this.option;
    this.chart.setOption(dressed(option), { notMerge: true, lazyUpdate: true });
  }

  forget() {
    this.resizing.disconnect();
    this.chart?.dispose();
    this.chart = null;
  }

  async savePicture() {
    const address = this.chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: token("surface") });
    const bytes = Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
    saveBlob(new Blob([bytes], { type: "image/png" }), `${fileName(this.heading)}.png`);
  }

  saveNumbers() {
    const { heads, rows } = this.data();
    saveCsv(heads, rows, `${fileName(this.heading)}.csv`);
  }
}

customElements.define("hg-chart", HgChart);

const short = (value) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : (value ?? "–");

/** An option in the theme's colours. Tooltips are painted on the canvas, which needs no inline style. */
function dressed(option) {
  const ink = token("ink");
  const soft = token("ink-soft");
  const line = token("line");
  const axis = (own) => ({
    nameLocation: "middle",
    nameGap: 30,
    ...own,
    nameTextStyle: { color: soft, ...own.nameTextStyle },
    axisLabel: { color: soft, hideOverlap: true, ...own.axisLabel },
    axisLine: { lineStyle: { color: line }, ...own.axisLine },
    axisTick: { lineStyle: { color: line }, ...own.axisTick },
    splitLine: { lineStyle: { color: line, opacity: 0.7 }, ...own.splitLine },
  });
  const each = (axes) => (Array.isArray(axes) ? axes.map(axis) : axes && axis(axes));
  return {
    animation: false,
    ...option,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    grid: { left: 12, right: 20, top: 36, bottom: 30, containLabel: true, ...option.grid },
    legend: option.legend && {
      type: "scroll",
      top: 0,
      left: 0,
      itemGap: 16,
      textStyle: { color: ink },
      ...option.legend,
    },
    tooltip: option.tooltip && {
      confine: true,
      renderMode: "richText",
      backgroundColor: token("surface"),
      borderColor: line,
      textStyle: { color: ink, fontSize: 12 },
      axisPointer: { lineStyle: { color: soft }, label: { show: false } },
      ...option.tooltip,
    },
    xAxis: each(option.xAxis),
    yAxis: each(option.yAxis),
  };
}
