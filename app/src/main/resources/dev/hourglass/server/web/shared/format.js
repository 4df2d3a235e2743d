/** Numbers as people read them: few digits, thousands apart, always with their unit. */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
export const ABSENT = "–";

const absent = (value) => value === null || value === undefined || !Number.isFinite(Number(value));

/** 12,585 */
export function count(value) {
  return absent(value) ? ABSENT : whole.format(value);
}

/** "1 sample", "10,000 samples" */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${Number(value) === 1 ? one : many}`;
}

/** Four significant digits: 0.004210, 3.162, 8.10e-7. For losses and errors, which stand under each other. */
export function error(value) {
  if (absent(value)) {
    return ABSENT;
  }
  const number = Number(value);
  const size = Math.abs(number);
  if (size === 0) {
    return "0";
  }
  return size < 1e-4 || size >= 1e6 ? number.toExponential(2) : number.toPrecision(4);
}

/** The same without zeros at the end: 0.0042, 0.001. For axes and settings. */
export function plain(value) {
  return absent(value) ? ABSENT : String(Number(Number(value).toPrecision(4)));
}

/** Up to `digits` after the point: 2.35, 0.5. */
export function decimal(value, digits = 2) {
  return absent(value) ? ABSENT : Number(value).toLocaleString("en-US", { maximumFractionDigits: digits });
}

export function fixed(value, digits = 2) {
  return absent(value) ? ABSENT : Number(value).toFixed(digits);
}

/** 97.3 % of a share between 0 and 1. */
export function percent(share, digits = 1) {
  return absent(share) ? ABSENT : `${(100 * share).toFixed(digits)}\u202f%`;
}

/** 0.84 s, 12.4 s, 3 min 20 s, 2 h 05 min */
export function duration(seconds) {
  if (absent(seconds)) {
    return ABSENT;
  }
  const value = Math.max(0, Number(seconds));
  if (value < 0.0995) {
    return `${decimal(1000 * value, 1)}\u202fms`;
  }
  if (value < 9.95) {
    return `${decimal(value, 2)}\u202fs`;
  }
  if (value < 59.5) {
    return `${decimal(value, 0)}\u202fs`;
  }
  if (value < 3600) {
    const all = Math.round(value);
    return `${Math.floor(all / 60)}\u202fmin ${String(all % 60).padStart(2, "0")}\u202fs`;
  }
  const minutes = Math.round(value / 60);
  return `${Math.floor(minutes / 60)}\u202fh ${String(minutes % 60).padStart(2, "0")}\u202fmin`;
}

/** 812 B, 4.1 kB, 37.2 MB, 1.42 GB; decimal units. */
export function bytes(value) {
  if (absent(value)) {
    return ABSENT;
  }
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = Number(value);
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : size.toPrecision(3)}\u202f${units[unit]}`;
}

/** 1.24 M operations and the like: 980, 12.6 k, 3.42 M, 1.1 G. */
export function compact(value) {
  if (absent(value)) {
    return ABSENT;
  }
  const units = ["", "k", "M", "G", "T"];
  let size = Number(value);
  let unit = 0;
  while (Math.abs(size) >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return unit === 0 ? decimal(size, 1) : `${trimmed(size.toPrecision(3))}\u202f${units[unit]}`;
}

/** 22 Nov 2026, 19:40, in the person's own time zone. */
export function time(instant) {
  if (!instant) {
    return ABSENT;
  }
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(instant));
}

/** 28×28×1 */
export function shape(dimensions) {
  return Array.isArray(dimensions) && dimensions.length > 0 ? dimensions.map(count).join("\u2009×\u2009") : ABSENT;
}

function trimmed(text) {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}
