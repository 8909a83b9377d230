/**
 * Where the entries of a large directory are cut into pages.
 *
 * The rule looks at names only, so equal sets of entries are cut equally whatever came before, and one
 * changed name moves the cuts next to it at most.
 *
 * @module
 */

import { crc32 } from "node:zlib";

/** A directory with no more entries than this is one page. */
export const SINGLE_PAGE_ENTRIES = 512;
/** A page never has more entries than this. */
export const PAGE_ENTRIES_MAX = 2048;
/** A name whose CRC-32 has these bits zero begins a page: one in 512. */
const BOUNDARY_MASK = 0x1ff;

let scratch = new Uint8Array(256);

/** Tells whether an entry of this name begins a page wherever it stands. */
export function isBoundary(name: string): boolean {
  if (name.length > scratch.length) scratch = new Uint8Array(2 * name.length);
  for (let i = 0; i < name.length; i++) scratch[i] = name.charCodeAt(i);
  return (crc32(scratch.subarray(0, name.length)) & BOUNDARY_MASK) === 0;
}

/**
 * Start indexes of the pages of `entries`, which are sorted and begin a segment: either they are all the
 * entries from the directory's first, or the first is a boundary.
 */
export function pageStarts(entries: readonly { readonly name: string }[]): number[] {
  const starts: number[] = [];
  let start = 0;
  for (let i = 0; i < entries.length; i++) {
    if (i === 0 || i - start === PAGE_ENTRIES_MAX || isBoundary(entries[i]!.name)) {
      starts.push(i);
      start = i;
    }
  }
  return starts;
}
