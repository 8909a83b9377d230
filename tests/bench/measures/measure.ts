/**
 * What the measuring process can be asked for.
 *
 * @module
 */

export interface MeasureInput {
  /** Directory to measure in. */
  readonly directory: string;
  /** How many operations, or bytes where a measure says so. */
  readonly count: number;
  /** Different in every round, for what needs new names. */
  readonly round: number;
}

/** Prepares, times and cleans up. Returns microseconds for one operation. */
export type Measure = (input: MeasureInput) => number;

/** Microseconds that each of `count` calls of `body` takes. */
export function each(count: number, body: (i: number) => void): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) body(i);
  return (performance.now() - start) * 1000 / count;
}
