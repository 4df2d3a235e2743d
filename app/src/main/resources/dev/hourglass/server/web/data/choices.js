/** What a person chooses of brought data, and how the server is asked for it. */

export const ROLES = [
  ["channel", "Channel"],
  ["time", "Time"],
  ["label", "Label"],
  ["id", "Tells series apart"],
  ["out", "Left out"],
];

/** The columns of a table with what each was found to be. */
export function columnsOf(found) {
  const columns = [];
  if (found.times?.column) {
    columns.push({ name: found.times.column, role: "time", type: "time", words: true });
  }
  for (const channel of found.channels ?? []) {
    columns.push({ ...channel, role: "channel", words: false });
  }
  for (const { column, label, some } of found.words ?? []) {
    columns.push({ name: column, role: label ? "label" : "out", type: some.join(", "), words: true });
  }
  return columns;
}

/** Which models can be drafted; the first is no choice: what the data suggest is. */
export function modelsFor(found) {
  if (found.kind === "pictures" || found.pictures === true) {
    return ["cnn", "dense"];
  }
  const series = (found.samples?.steps ?? 1) > 1 || found.shape?.length === 2;
  return series ? ["conv1d", "lstm", "dense"] : ["dense"];
}

/**
 * @param columns as {@link columnsOf} makes them
 * @param roles by column, what a person changed
 * @param values by name: steps, stride, model, height, width, fit, colour, patch, overlap, noisy; empty for what the data
 *   suggest
 */
export function previewQuery(columns, roles, values) {
  const query = { exclude: [] };
  for (const { name, role } of columns) {
    const now = roles[name] ?? role;
    if (now === "out") {
      query.exclude.push(name);
    } else if (now !== "channel" && now !== role) {
      query[now] = name;
    }
  }
  for (const [name, value] of Object.entries(values)) {
    if (String(value).trim() !== "") {
      query[name] = String(value).trim();
    }
  }
  if (query.patch) {
    delete query.height;
    delete query.width;
    delete query.fit;
  } else {
    delete query.overlap;
  }
  if (!query.height !== !query.width) {
    delete query.height;
    delete query.width;
  }
  return query;
}
