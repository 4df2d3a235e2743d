/** What a file is, by its name: browsers know neither .npy nor, on every system, .csv. */
export function mediaType(file) {
  const extension = file.name.split(".").at(-1).toLowerCase();
  const known = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", csv: "text/csv", npy: "application/x-npy" };
  return known[extension] ?? (file.type || "application/octet-stream");
}
