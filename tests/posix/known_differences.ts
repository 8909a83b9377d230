/**
 * Where a mount answers otherwise than ext4, and why. docs/posix.md tells the same to people.
 *
 * @module
 */

export interface KnownDifference {
  readonly check: RegExp;
  readonly why: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [];
