const POINTS_PER_CELL = 8;

/** Points sorted into the cells of a grid, so that the one under the pointer is found without looking at all. */
export class PointIndex {
  #places;
  #starts;
  #order;
  #columns;
  #rows;
  #size;
  #left;
  #bottom;

  /** @param {Float32Array} places x, y of each */
  constructor(places) {
    const count = places.length / 2;
    const { minX, maxX, minY, maxY } = boundsOf(places);
    const [width, height] = [maxX - minX || 1, maxY - minY || 1];
    this.#places = places;
    this.#left = minX;
    this.#bottom = minY;
    this.#size = Math.sqrt((width * height * POINTS_PER_CELL) / Math.max(1, count));
    this.#columns = Math.floor(width / this.#size) + 1;
    this.#rows = Math.floor(height / this.#size) + 1;
    const cells = new Int32Array(count);
    this.#starts = new Int32Array(this.#columns * this.#rows + 1);
    for (let i = 0; i < count; i++) {
      cells[i] = this.#row(places[2 * i + 1]) * this.#columns + this.#column(places[2 * i]);
      this.#starts[cells[i] + 1]++;
    }
    for (let cell = 0; cell < this.#starts.length - 1; cell++) {
      this.#starts[cell + 1] += this.#starts[cell];
    }
    const next = this.#starts.slice();
    this.#order = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      this.#order[next[cells[i]]++] = i;
    }
  }

  /** The index of the nearest point within a radius, or -1. */
  nearest(x, y, radius) {
    let best = -1;
    let least = radius * radius;
    for (let row = this.#row(y - radius); row <= this.#row(y + radius); row++) {
      for (let column = this.#column(x - radius); column <= this.#column(x + radius); column++) {
        const cell = row * this.#columns + column;
        for (let at = this.#starts[cell]; at < this.#starts[cell + 1]; at++) {
          const i = this.#order[at];
          const dx = this.#places[2 * i] - x;
          const dy = this.#places[2 * i + 1] - y;
          if (dx * dx + dy * dy <= least) {
            least = dx * dx + dy * dy;
            best = i;
          }
        }
      }
    }
    return best;
  }

  /** The indices of the points in a polygon of [x, y], in order. */
  within(polygon) {
    const inside = [];
    for (let i = 0; i < this.#places.length / 2; i++) {
      if (contains(polygon, this.#places[2 * i], this.#places[2 * i + 1])) {
        inside.push(i);
      }
    }
    return inside;
  }

  #column(x) {
    return Math.max(0, Math.min(this.#columns - 1, Math.floor((x - this.#left) / this.#size)));
  }

  #row(y) {
    return Math.max(0, Math.min(this.#rows - 1, Math.floor((y - this.#bottom) / this.#size)));
  }
}

export function boundsOf(places) {
  const bounds = { minX: Infinity, maxX: -Infinity, minY: Infinity, maxY: -Infinity };
  for (let i = 0; i < places.length; i += 2) {
    bounds.minX = Math.min(bounds.minX, places[i]);
    bounds.maxX = Math.max(bounds.maxX, places[i]);
    bounds.minY = Math.min(bounds.minY, places[i + 1]);
    bounds.maxY = Math.max(bounds.maxY, places[i + 1]);
  }
  return bounds;
}

/** Counts how often a ray to the right crosses the border: an odd number from within. */
function contains(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) {
      inside = !inside;
    }
  }
  return inside;
}
