/**
 * Pieces of changed files.
 *
 * @module
 */

/** The source of an extent that is zeros. */
export const EXTENT_ZERO = -1;
