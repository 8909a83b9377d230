/**
 * What a directory's `size` and `entries` are made of.
 *
 * A hard-linked name counts as an entry of 0 bytes: its inode's size is in the link table and can change
 * without any of its directories being touched, so a directory that counted it could not be kept right
 * without a search for all the names.
 *
 * @module
 */

import { S_IFDIR, S_IFMT, type TreeEntry } from "../store/entry.ts";

/** Bytes of the files, and number of entries, below a directory at any depth. */
export interface Totals {
  size: number;
  entries: number;
}

/** Adds what `entry` contributes to the directory it is in, `sign` times. */
export function addEntry(totals: Totals, entry: TreeEntry, sign: 1 | -1 = 1): void {
  totals.entries += sign;
  if (entry.linked) return;
  totals.size += sign * entry.size;
  if ((entry.mode & S_IFMT) === S_IFDIR) totals.entries += sign * entry.entries;
}

/** The totals of a directory with these entries. */
export function totalsOf(entries: Iterable<TreeEntry>): Totals {
  const totals = { size: 0, entries: 0 };
  for (const entry of entries) addEntry(totals, entry);
  return totals;
}
