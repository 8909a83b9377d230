/**
 * What a directory's `size`, `entries` and `nlink` are made of.
 *
 * A hard-linked name counts as an entry of 0 bytes: its inode's size is in the link table and can change
 * without any of its directories being touched, so a directory that counted it could not be kept right
 * without a search for all the names.
 *
 * @module
 */

import { type InodeRecord, S_IFDIR, S_IFMT, type TreeEntry } from "../../store/trees/entry.ts";

/** What a directory's record says about what is in it. */
export interface Totals {
  /** Bytes of the files below it, at any depth. */
  size: number;
  /** Number of entries below it, at any depth. */
  entries: number;
  /** 2 and one for each directory directly in it, as st_nlink. */
  nlink: number;
}

/** The totals of an empty directory. */
export function emptyTotals(): Totals {
  return { size: 0, entries: 0, nlink: 2 };
}

/** The totals a directory's record holds. */
export function recordedTotals({ size, entries, nlink }: InodeRecord): Totals {
  return { size, entries, nlink };
}

/** Adds what `entry` contributes to the directory it is in, `sign` times. */
export function addEntry(totals: Totals, entry: TreeEntry, sign: 1 | -1 = 1): void {
  totals.entries += sign;
  if (entry.linked) return;
  totals.size += sign * entry.size;
  if ((entry.mode & S_IFMT) !== S_IFDIR) return;
  totals.entries += sign * entry.entries;
  totals.nlink += sign;
}

/** The totals of a directory with these entries. */
export function totalsOf(entries: Iterable<TreeEntry>): Totals {
  const totals = emptyTotals();
  for (const entry of entries) addEntry(totals, entry);
  return totals;
}
