import { PageElement, html, nothing } from "../shared/element.js";
import { logarithmicLow } from "../shared/axes.js";
import { LINE_TYPES, classColor } from "../shared/colors.js";
import * as format from "../shared/format.js";
import { bestEpoch, hasParts, lossOf } from "../runs/live-run.js";
import { token } from "../shared/theme.js";
import "./hg-chart.js";

/** Of the smallest loss: leaves room under the curves for the words at the best epoch. */
const ROOM_BELOW = 0.5;

/** How the losses fell: by batch while it trains, by epoch with the best one marked; and the learning rate. */
class HgCurves extends PageElement {
  static properties = { models: { attribute: false }, over: { type: Boolean }, revision: { attribute: false } };

  render() {
    const batches = this.byBatchCard();
    return html`<div class="columns curves" ?data-first-tall=${batches === nothing}>
      ${batches}
      <section class="card">
        <hg-chart
          heading="Loss by epoch"
          height=${batches === nothing ? 466 : 300}
          .option=${() => this.byEpoch()}
          .table=${() => this.epochTable()}
        ></hg-chart>
      </section>
      ${this.partCards(batches === nothing ? 180 : 300)}
      <section class="card">
        <hg-chart
          heading="Learning rate"
          height="180"
          .option=${() => this.learningRate()}
          .table=${() => this.rateTable()}
        ></hg-chart>
      </section>
      <section class="card">
        <hg-chart
          heading="Seconds by epoch"
          height="180"
          .option=${() => this.seconds()}
          .table=${() => this.secondsTable()}
        ></hg-chart>
      </section>
    </div>`;
  }

  /** A run that was trained from the command line has kept no batches. */
  byBatchCard() {
    if (this.over && this.entries.every(([, { steps }]) => steps.length === 0)) {
      return nothing;
    }
    return html`<section class="card">
      <hg-chart heading="Loss by batch" .option=${() => this.byBatch()} .table=${() => this.batchTable()}></hg-chart>
    </section>`;
  }

  /** Both parts of a variational model's loss: the one falls while the other grows. */
  partCards(height) {
    const divided = this.entries.filter(([, { epochs }]) => hasParts(epochs));
    return divided.length === 0
      ? nothing
      : PARTS.map(
          ({ heading, column, yName, training, validation }) => html`<section class="card">
            <hg-chart
              heading=${heading}
              height=${height}
              .option=${() => this.ofPart(divided, { yName, training, validation })}
              .table=${() => partTable(divided, { column, training, validation })}
            ></hg-chart>
          </section>`,
        );
  }

  get entries() {
    return [...this.models];
  }

  get loss() {
    return lossOf(this.entries.map(([, { lossName }]) => lossName));
  }

  byBatch() {
    return lines({
      yName: `training ${this.loss}`,
      log: true,
      x: {
        type: "value",
        name: "epochs",
        minInterval: 1,
        max: Math.max(1, ...this.entries.map(([, { wanted }]) => wanted)),
      },
      series: this.entries.map(([name, { steps }], i) => line(name, steps, i)),
    });
  }

  batchTable() {
    return {
      heads: ["model", "epochs", "loss"],
      rows: this.entries.flatMap(([name, { steps }]) => steps.map(([place, loss]) => [name, place, loss])),
    };
  }

  byEpoch() {
    return lines({
      yName: this.loss,
      log: true,
      x: epochAxis(this.entries),
      series: this.entries.flatMap(([name, { epochs }], i) => {
        const best = bestEpoch(epochs);
        const validation = line(
          `${name} validation`,
          epochs.map((each) => [each.epoch, each.validationLoss]),
          i,
        );
        validation.markPoint = best && {
          symbol: "circle",
          symbolSize: 11,
          label: {
            show: true,
            position: "bottom",
            distance: 6,
            formatter: `best ${format.error(best.validationLoss)}`,
            color: token("ink"),
            backgroundColor: token("surface"),
            borderRadius: 3,
            padding: [1, 4],
          },
          data: [{ coord: [best.epoch, best.validationLoss] }],
        };
        return withSymbols([validation, dashed(name, epochs, "loss", i)]);
      }),
    });
  }

  ofPart(divided, { yName, training, validation }) {
    return lines({
      yName,
      x: epochAxis(this.entries),
      series: divided.flatMap(([name, { epochs }]) => {
        const i = this.entries.findIndex(([known]) => known === name);
        const solid = line(
          `${name} validation`,
          epochs.map((each) => [each.epoch, each[validation]]),
          i,
        );
        return withSymbols([solid, dashed(name, epochs, training, i)]);
      }),
    });
  }

  epochTable() {
    return {
      heads: ["model", "epoch", "loss", "validation loss", "MSE", "validation MSE", "MAE", "validation MAE"],
      rows: this.entries.flatMap(([name, { epochs }]) =>
        epochs.map((each) => [
          name,
          each.epoch,
          each.loss,
          each.validationLoss,
          each.mse,
          each.validationMse,
          each.mae,
          each.validationMae,
        ]),
      ),
    };
  }

  learningRate() {
    return lines({
      yName: "",
      x: epochAxis(this.entries),
      series: this.entries.map(([name, { epochs }], i) => ({
        ...line(
          name,
          epochs.map((each) => [each.epoch, each.learningRate]),
          i,
        ),
        showSymbol: true,
      })),
    });
  }

  rateTable() {
    return {
      heads: ["model", "epoch", "learning rate"],
      rows: this.entries.flatMap(([name, { epochs }]) => epochs.map((each) => [name, each.epoch, each.learningRate])),
    };
  }

  seconds() {
    return lines({
      yName: "seconds",
      x: epochAxis(this.entries),
      series: this.entries.map(([name, { epochs }], i) => ({
        ...line(
          name,
          epochs.map((each) => [each.epoch, each.seconds]),
          i,
        ),
        showSymbol: true,
      })),
    });
  }

  secondsTable() {
    return {
      heads: ["model", "epoch", "seconds of training", "seconds with validation"],
      rows: this.entries.flatMap(([name, { epochs }]) =>
        epochs.map((each) => [name, each.epoch, each.trainSeconds, each.seconds]),
      ),
    };
  }
}

/** What the two parts of a variational loss are called, and where an epoch has them. */
const PARTS = [
  {
    heading: "Reconstruction by epoch",
    column: "reconstruction",
    yName: "loss of outputs alone",
    training: "reconstruction",
    validation: "validationReconstruction",
  },
  {
    heading: "KL divergence by epoch",
    column: "KL divergence",
    yName: "nats",
    training: "divergence",
    validation: "validationDivergence",
  },
];

const partTable = (divided, { column, training, validation }) => ({
  heads: ["model", "epoch", column, `validation ${column}`],
  rows: divided.flatMap(([name, { epochs }]) =>
    epochs.map((each) => [name, each.epoch, each[training], each[validation]]),
  ),
});

function dashed(name, epochs, key, index) {
  const training = line(
    `${name} training`,
    epochs.map((each) => [each.epoch, each[key]]),
    index,
  );
  return { ...training, lineStyle: { ...training.lineStyle, type: "dashed", opacity: 0.75 } };
}

const withSymbols = (all) => all.map((series) => ({ ...series, showSymbol: true, symbolSize: 5 }));

const epochAxis = (entries) => ({
  type: "value",
  name: "epoch",
  minInterval: 1,
  min: 1,
  max: Math.max(2, ...entries.map(([, { wanted, epochs }]) => Math.max(wanted, epochs.length))),
});

function line(name, data, index) {
  const color = classColor(index);
  return {
    type: "line",
    name,
    data,
    showSymbol: false,
    symbolSize: 6,
    itemStyle: { color },
    lineStyle: { color, width: 2, type: LINE_TYPES[0] },
  };
}

function lines({ x, yName, log = false, series }) {
  return {
    legend: { type: "plain", itemWidth: 22, itemHeight: 12 },
    grid: { left: 34, right: 44, top: series.length > 3 ? 60 : 36 },
    tooltip: { trigger: "axis", valueFormatter: (value) => format.error(value) },
    xAxis: x,
    yAxis: {
      type: log ? "log" : "value",
      name: yName,
      nameGap: 44,
      min: log ? logarithmicLow(series.flatMap(({ data }) => data.map(([, value]) => ROOM_BELOW * value))) : 0,
      axisLabel: { formatter: (value) => format.plain(value) },
    },
    series,
  };
}

customElements.define("hg-curves", HgCurves);
