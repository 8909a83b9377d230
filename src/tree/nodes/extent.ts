/**
 * Pieces of changed files.
 *
 * @module
 */

/** The source of an extent that is zeros. Its position says which. */
export const EXTENT_ZERO = -1;

/** Position of zeros that are a hole, unless something else in their block is data. */
export const ZERO_HOLE = 0;

/** Position of zeros that are data: their block had some, and keeps its place on the disk. */
export const ZERO_DATA = 1;
