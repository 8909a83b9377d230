/**
 * Where a file has data, and how an archive says so.
 *
 * @module
 */

import type { InodeRecord } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";

export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/** The ranges of a file that are not in holes; null if it has none that are worth leaving out. */
export function dataRanges(store: Store, record: InodeRecord): DataRange[] | null {
  const { size } = record;
  if (store.allocatedBytes(record, size) >= size) return null;
  const ranges: DataRange[] = [];
  for (let at = store.nextData(record, size, 0); at >= 0;) {
    const end = store.nextHole(record, size, at);
    ranges.push({ offset: at, length: end - at });
    at = end < size ? store.nextData(record, size, end) : -1;
  }
  return ranges;
}

/** The map in front of the data of a sparse entry, in the form 1.0 of GNU tar: decimal numbers, a line each. */
export function sparseMap(ranges: readonly DataRange[], size: number): string {
  const last = ranges.at(-1);
  // A range without bytes tells where the file ends, if that is in a hole.
  const isOpen = last === undefined || last.offset + last.length < size;
  const all = isOpen ? [...ranges, { offset: size, length: 0 }] : ranges;
  return `${all.length}\n` + all.map(({ offset, length }) => `${offset}\n${length}\n`).join("");
}
