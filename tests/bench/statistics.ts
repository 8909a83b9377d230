/**
 * What several measurements of one thing say.
 *
 * @module
 */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Every measurement, in the order taken. */
  readonly values: readonly number[];
}

/** Throws if there are no values. */
export function summary(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("Nothing was measured");
  const sorted = [...values].sort((a, b) => a - b);
  return { median: median(sorted), min: sorted[0]!, max: sorted.at(-1)!, values };
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Mounted over native, of the pairs measured one after the other: what changes slowly on a machine cancels out. */
export function ratio(native: Summary, mounted: Summary): Summary {
  return summary(mounted.values.map((value, i) => value / native.values[i]!));
}
