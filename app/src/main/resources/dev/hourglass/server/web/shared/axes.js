/** Where a logarithmic axis begins: just below the smallest value rather than at the next power of ten. */
export function logarithmicLow(values) {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) {
    return undefined;
  }
  const low = Math.min(...positive);
  const unit = 10 ** Math.floor(Math.log10(low));
  return Math.floor(low / unit) * unit;
}
