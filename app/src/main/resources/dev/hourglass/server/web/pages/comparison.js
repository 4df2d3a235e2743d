import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import { logarithmicLow } from "../shared/axes.js";
import { LINE_TYPES, classColor } from "../shared/colors.js";
import * as format from "../shared/format.js";
import { lossOf } from "../runs/live-run.js";
import { Loading } from "../shared/loading.js";
import { measureColumns } from "../runs/measures.js";
import { href, remember } from "../shared/router.js";
import { RunsController, runs } from "../runs/runs.js";
import { token } from "../shared/theme.js";
import "../components/hg-chart.js";
import { stateOf } from "../components/hg-state.js";
import "../components/hg-table.js";

/** The models of one run or of several side by side. */
class PageComparison extends PageElement {
  static properties = { run: {}, query: { attribute: false } };

  constructor() {
    super();
    this.runs = new RunsController(this);
    this.comparison = new Loading(this, ({ all }) => api.comparison(all));
  }

  get all() {
    const others = (this.query.get("with") ?? "").split(" ").filter((run) => run !== "" && run !== this.run);
    return [this.run, ...others];
  }

  willUpdate() {
    this.comparison.load({ all: this.all, states: this.all.map((run) => runs.find(run)?.state) });
  }

  render() {
    const rows = this.comparison.value?.rows ?? [];
    const columns = this.columns(rows);
    const sameData = new Set(rows.map(({ dataset }) => dataset)).size === 1;
    return html`<div class="page">
      <div class="page-head">
        <div>
          <h1>Comparison</h1>
          <p class="lead">${format.counted(rows.length, "model")} of ${format.counted(this.all.length, "run")}</p>
        </div>
        ${this.choice()}
      </div>
      ${stateOf(this.comparison, "40rem", "Reading the runs")}
      ${
        rows.length === 0
          ? nothing
          : html`<section class="card">
                <hg-table
                  heading="Models"
                  .columns=${sameData ? columns : columns.map((column) => ({ ...column, best: undefined }))}
                  .rows=${rows}
                  note=${`${sameData ? "The best of each column is marked" : "Models of different data are not ranked against each other"}. PCA has as many components as the model's code has numbers and is fitted to the same training data.`}
                ></hg-table>
              </section>
              ${this.charts(rows)} ${this.findings()}`
      }
    </div>`;
  }

  choice() {
    const others = runs.list.filter(({ run }) => !this.all.includes(run));
    return html`<div class="row">
      ${this.all
        .slice(1)
        .map(
          (run) =>
            html`<button
              aria-label=${`Leave ${run} out`}
              @click=${() => this.keep(this.all.slice(1).filter((each) => each !== run))}
            >
              ${run} ×
            </button>`,
        )}
      ${
        others.length === 0
          ? nothing
          : html`<div class="field compact">
              <label for="more">Compare with</label>
              <select
                id="more"
                .value=${""}
                @change=${(event) => this.keep([...this.all.slice(1), event.target.value])}
              >
                <option value="">choose a run</option>
                ${others.map(({ run }) => html`<option value=${run}>${run}</option>`)}
              </select>
            </div>`
      }
    </div>`;
  }

  keep(others) {
    remember({ with: others.join(" ") });
  }

  columns(rows) {
    const several = this.all.length > 1;
    return [
      {
        head: "Model",
        text: true,
        of: ({ model }) => model,
        cell: ({ run, model }) => html`<a href=${href(["runs", run, "run"], { model })}>${model}</a>`,
      },
      ...(several
        ? [
            {
              head: "Run",
              text: true,
              of: ({ run }) => run,
              cell: ({ run }) => html`<span class="whole">${run}</span>`,
            },
          ]
        : []),
      { head: "Data", text: true, of: ({ dataset }) => dataset },
      {
        head: "Loss",
        text: true,
        of: ({ history }) => history.lossName,
      },
      {
        head: "Best validation loss",
        of: ({ history }) => history.epochs.find(({ epoch }) => epoch === history.bestEpoch)?.validationLoss ?? null,
        show: format.error,
        // Numbers of different losses can't be ranked.
        best: new Set(rows.map(({ history }) => history.lossName)).size === 1 ? "low" : undefined,
      },
      ...measureColumns(rows),
    ];
  }

  name({ run, model }) {
    return this.all.length > 1 ? `${model} (${run})` : model;
  }

  /** The same on two lines, for an axis. */
  axisName({ run, model }) {
    return this.all.length > 1 ? `${model}\n${run}` : model;
  }

  charts(rows) {
    const measured = rows.filter(({ metrics }) => Number.isFinite(metrics.testMse));
    return html`<div class="columns">
      ${
        measured.length === 0
          ? nothing
          : html`<section class="card">
                <hg-chart
                  heading="Test error beside PCA"
                  .option=${() => this.errors(measured)}
                  .table=${() => this.errorTable(measured)}
                ></hg-chart>
              </section>
              <section class="card">
                <hg-chart
                  heading="Error by code size"
                  .option=${() => this.rates(measured)}
                  .table=${() => this.errorTable(measured)}
                ></hg-chart>
              </section>`
      }
      <section class="card">
        <hg-chart
          heading="Validation loss by epoch"
          .option=${() => this.losses(rows)}
          .table=${() => this.lossTable(rows)}
        ></hg-chart>
      </section>
      ${
        measured.some(({ metrics }) => metrics.secondsPerEpoch)
          ? html`<section class="card">
              <hg-chart
                heading="Time per epoch"
                .option=${() =>
                  bars(
                    measured.map((row) => this.axisName(row)),
                    [
                      {
                        name: "seconds",
                        values: measured.map(({ metrics }) => metrics.secondsPerEpoch),
                        color: token("accent"),
                      },
                    ],
                    "seconds",
                  )}
                .table=${() => ({ heads: ["model", "seconds per epoch"], rows: measured.map((row) => [this.name(row), row.metrics.secondsPerEpoch]) })}
              ></hg-chart>
            </section>`
          : nothing
      }
    </div>`;
  }

  errors(rows) {
    const series = [{ name: "model", values: rows.map(({ metrics }) => metrics.testMse), color: token("accent") }];
    if (rows.some(({ metrics }) => Number.isFinite(metrics.pcaMse))) {
      series.push({
        name: "PCA of the same size",
        values: rows.map(({ metrics }) => metrics.pcaMse),
        color: token("line-strong"),
      });
    }
    return bars(
      rows.map((row) => this.axisName(row)),
      series,
      "test MSE",
    );
  }

  errorTable(rows) {
    return {
      heads: ["model", "code size", "test MSE", "PCA's MSE"],
      rows: rows.map((row) => [this.name(row), row.metrics.latentSize, row.metrics.testMse, row.metrics.pcaMse]),
    };
  }

  rates(rows) {
    const points = (name, of, symbol, color) => ({
      type: "scatter",
      name,
      symbol,
      symbolSize: 12,
      itemStyle: { color },
      label: {
        show: rows.length <= 3,
        position: "right",
        color: token("ink-soft"),
        formatter: ({ dataIndex }) => this.name(rows[dataIndex]),
      },
      data: rows.map((row) => ({ name: this.name(row), value: [row.metrics.latentSize, of(row.metrics)] })),
    });
    return {
      legend: {},
      grid: { left: 34, right: 90 },
      tooltip: {
        trigger: "item",
        formatter: ({ seriesName, name, value: [size, error] }) =>
          `${seriesName === "PCA" ? "PCA beside " : ""}${name}\n${format.counted(size, "number")}: ${format.error(error)}`,
      },
      xAxis: { type: "log", logBase: 2, name: "numbers in the code" },
      yAxis: {
        type: "log",
        name: "test MSE",
        nameGap: 52,
        min: logarithmicLow(rows.flatMap(({ metrics }) => [metrics.testMse, metrics.pcaMse])),
        axisLabel: { formatter: format.plain },
      },
      series: [
        points("model", ({ testMse }) => testMse, "circle", token("accent")),
        { ...points("PCA", ({ pcaMse }) => pcaMse, "diamond", token("line-strong")), label: { show: false } },
      ],
    };
  }

  losses(rows) {
    return {
      legend: {},
      grid: { left: 34 },
      tooltip: { trigger: "axis", valueFormatter: format.error },
      xAxis: { type: "value", name: "epoch", min: 1, minInterval: 1 },
      yAxis: {
        type: "log",
        name: `validation ${lossOf(rows.map(({ history }) => history.lossName))}`,
        nameGap: 52,
        min: logarithmicLow(rows.flatMap(({ history }) => history.epochs.map(({ validationLoss }) => validationLoss))),
        axisLabel: { formatter: format.plain },
      },
      series: rows.map((row, i) => ({
        type: "line",
        name: this.name(row),
        symbolSize: 5,
        itemStyle: { color: classColor(i) },
        lineStyle: { color: classColor(i), width: 2, type: LINE_TYPES[i % LINE_TYPES.length] },
        data: row.history.epochs.map(({ epoch, validationLoss }) => [epoch, validationLoss]),
      })),
    };
  }

  lossTable(rows) {
    return {
      heads: ["model", "epoch", "validation loss"],
      rows: rows.flatMap((row) =>
        row.history.epochs.map(({ epoch, validationLoss }) => [this.name(row), epoch, validationLoss]),
      ),
    };
  }

  findings() {
    return this.comparison.value.findings
      .filter(({ sentences }) => sentences.length > 0)
      .map(
        ({ run, sentences }) =>
          html`<section class="card" aria-label=${`Findings of ${run}`}>
            <header>
              <h2>
                Findings${this.all.length > 1 ? html`: <a href=${href(["runs", run, "analysis"])}>${run}</a>` : nothing}
              </h2>
              <a class="button" href=${api.archiveAddress(run)} download>Download the run</a>
            </header>
            <ul class="findings">
              ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
            </ul>
          </section>`,
      );
  }
}

/** Lying bars, which leave room for long names. */
function bars(names, series, unit) {
  return {
    legend: series.length > 1 ? {} : undefined,
    grid: { left: 20, right: 64 },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: format.plain },
    xAxis: { type: "value", name: unit, axisLabel: { formatter: format.plain } },
    yAxis: { type: "category", data: names, inverse: true, axisLabel: { lineHeight: 14, hideOverlap: false } },
    series: series.map(({ name, values, color }) => ({
      type: "bar",
      name,
      data: values,
      barMaxWidth: 26,
      itemStyle: { color, borderRadius: [0, 3, 3, 0] },
      label: { show: true, position: "right", color: token("ink"), formatter: ({ value }) => format.plain(value) },
    })),
  };
}

customElements.define("page-comparison", PageComparison);
