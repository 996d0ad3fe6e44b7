// The few figures that a list of measurements is summed up in. Medians: a stray interruption of the
// machine must not move a result.
export function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// Half the distance between the quartiles: how far a median may be off by chance.
export function spread(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.round((sorted.length - 1) * share)];
  return (at(0.75) - at(0.25)) / 2;
}
