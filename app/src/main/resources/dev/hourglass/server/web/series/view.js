/** Which rows of a series are looked at, and where numbers stand in the picture. Views are `{from, to}`, `to` behind the last. */

export const LEAST_ROWS = 8;

/** The view of so many rows around a place, moved so that it lies within the series. */
function fit(from, span, rows) {
  const width = Math.max(Math.min(Math.round(span), rows), Math.min(LEAST_ROWS, rows));
  const first = Math.max(0, Math.min(Math.round(from), rows - width));
  return { from: first, to: first + width };
}

/**
 * @param {number} factor below 1 looks closer
 * @param {number} at where the view keeps its place, 0 (left) to 1 (right)
 */
export function zoomed({ from, to }, factor, at, rows) {
  const span = to - from;
  // By whole rows at least, or a small view would never grow.
  const next = factor < 1 ? Math.floor(span * factor) : Math.max(Math.ceil(span * factor), span + 1);
  const width = Math.max(Math.min(next, rows), Math.min(LEAST_ROWS, rows));
  return fit(from + at * (span - width), width, rows);
}

/** @param {number} share of the view's width; negative goes back in time */
export function panned({ from, to }, share, rows) {
  const span = to - from;
  const step = Math.sign(share) * Math.max(1, Math.round(Math.abs(share) * span));
  return fit(from + step, span, rows);
}

/** Some rows with what is around them: eight times as many, in the middle. */
export function around({ first, last }, rows) {
  const span = Math.max(8 * (last - first + 1), 120);
  return fit((first + last + 1) / 2 - span / 2, span, rows);
}

/** Whether all rows of an event are in sight, and large enough to be seen. */
export function shows({ from, to }, { first, last }) {
  return first >= from && last < to && (last - first + 1) * 100 >= to - from;
}

/** The row under a place, 0 to 1. */
export function rowAt({ from, to }, at) {
  return Math.max(from, Math.min(to - 1, from + Math.floor(at * (to - from))));
}

/** Where the left edge of a row is, 0 to 1; beyond where it is out of sight. */
export function placeOf({ from, to }, row) {
  return (row - from) / (to - from);
}

/** The smallest and largest number of bands, with a little room; 0 to 1 where there is none. */
export function extent(bands) {
  let low = Infinity;
  let high = -Infinity;
  for (const band of bands) {
    for (let i = 0; i < band.low.length; i++) {
      if (band.low[i] !== null) {
        low = Math.min(low, band.low[i]);
        high = Math.max(high, band.high[i]);
      }
    }
  }
  if (low > high) {
    return [0, 1];
  }
  const room = 0.06 * (high - low) || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}

/**
 * Scores as heights from 0 to 1: by their logarithm where the largest is far above the usual ones, else straight.
 *
 * @param {{least: number, median: number, most: number}} scores
 */
export function scoreScale({ least, median, most }) {
  const top = most > 0 ? most * 1.15 : 1;
  if (!(median > 0) || most / median < 20) {
    return {
      log: false,
      low: 0,
      high: top,
      place: (score) => clamp(score / top),
      score: (place) => place * top,
    };
  }
  const bottom = Math.max(least, median / 30, most * 1e-9);
  const range = Math.log(top / bottom);
  return {
    log: true,
    low: bottom,
    high: top,
    place: (score) => clamp(score <= bottom ? 0 : Math.log(score / bottom) / range),
    score: (place) => bottom * Math.exp(place * range),
  };
}

const clamp = (share) => Math.max(0, Math.min(1, share));

/** The index of the event that keys lead to; null where there is none. From none, the first in or behind the view. */
export function stepTo(events, selected, direction, view) {
  if (events.length === 0) {
    return null;
  }
  if (selected === null) {
    const next = events.findIndex((event) => event.last >= view.from);
    return direction > 0 ? (next < 0 ? 0 : next) : events.length - 1;
  }
  return Math.max(0, Math.min(events.length - 1, selected + direction));
}

/** The event among others that has the same peak as before, or none. */
export function sameEvent(events, before) {
  if (before === null) {
    return null;
  }
  const index = events.findIndex((event) => event.first <= before.peak && event.last >= before.peak);
  return index < 0 ? null : index;
}

/** A time as long as it must be beside another: the day only where it changes. */
export function shortTime(time, before) {
  const [day, clock = ""] = time.replace(/Z$/, "").split("T");
  const short = clock.replace(/(\.\d{3})\d+$/, "$1");
  return before?.startsWith(day) && short !== "" ? short : `${day} ${short}`.trim();
}
