/**
 * What a filter's process is started with.
 *
 * @module
 */

/** Its filter, what its parent lends it, and who that is. */
export interface FilterSpec {
  readonly name: string;
  readonly file: string;
  readonly lent: LentToFilter;
  readonly parent: number;
}

/** Descriptors: of shared memory; the side of a bell that waits; those of two that ring; what locks it in. */
export type LentToFilter = readonly [
  memory: number,
  wake: number,
  asked: number,
  batch: number,
  lock: number,
];

/** The environment variable that has the spec, as JSON. */
export const FILTER_SPEC = "AGENTVFS_FILTER";
