// The few figures that a list of measurements is summed up in. Medians: a stray interruption of the
// machine must not move a result.
export function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const lowerQuartile = (list) => quantile(list, 0.25);

// Half the distance between the quartiles: how far a median may be off by chance.
export const spread = (list) => (quantile(list, 0.75) - quantile(list, 0.25)) / 2;

function quantile(list, share) {
  return list.toSorted((a, b) => a - b)[Math.round((list.length - 1) * share)];
}
