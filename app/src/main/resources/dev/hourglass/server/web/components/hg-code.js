import { PageElement, html } from "../shared/element.js";
import * as format from "../shared/format.js";
import { magnitudePicture } from "../shared/pixels.js";
import { token } from "../shared/theme.js";
import "./hg-chart.js";
import { pictureOf } from "./hg-picture.js";

/** A code: maps side by side where it is laid out in space, bars where it is a list of numbers. */
class HgCode extends PageElement {
  static properties = { code: { attribute: false }, shape: { attribute: false } };

  render() {
    const table = () => ({ heads: ["place", "value"], rows: this.code.map((value, i) => [i, value]) });
    if (this.shape.length === 3) {
      return html`<figure>
        <div class="maps">${this.maps().map((map, i) => pictureOf(map, `Code, channel ${i}`))}</div>
        <figcaption>
          Code: ${format.shape(this.shape)} = ${format.counted(this.code.length, "number")}, a picture a channel
        </figcaption>
      </figure>`;
    }
    return html`<hg-chart
      level="3"
      height="130"
      heading=${`Code: ${format.counted(this.code.length, "number")}`}
      .option=${() => this.bars()}
      .table=${table}
    ></hg-chart>`;
  }

  maps() {
    const [height, width, channels] = this.shape;
    return Array.from({ length: channels }, (_, channel) =>
      magnitudePicture(
        this.code.filter((_, i) => i % channels === channel),
        height,
        width,
      ),
    );
  }

  bars() {
    return {
      grid: { left: 4, top: 8, bottom: 4 },
      tooltip: { trigger: "axis", valueFormatter: format.error },
      xAxis: { type: "category", data: this.code.map((_, i) => i), axisTick: { show: false } },
      yAxis: { type: "value" },
      series: [
        { type: "bar", name: "value", data: this.code, barCategoryGap: "20%", itemStyle: { color: token("code") } },
      ],
    };
  }
}

customElements.define("hg-code", HgCode);
