/**
 * Writes directories as tree objects. Equal sets of entries give equal objects, whatever came before.
 *
 * @module
 */

import { ByteWriter } from "../format/byte_writer.ts";
import type { TreeEntry } from "./entry.ts";
import type { ObjectId } from "../format/object_id.ts";
import type { ObjectSink } from "../format/object_type.ts";
import { StoreError } from "../format/store_error.ts";
import {
  type Change,
  checkEntryName,
  isIndex,
  type PageReference,
  patchLeaf,
  readIndex,
  readLeaf,
  writeIndex,
  writeLeaf,
} from "./tree_page.ts";
import { pageOf, readPage } from "./tree_read.ts";
import { isBoundary, pageStarts, SINGLE_PAGE_ENTRIES } from "./tree_split.ts";

const writer = new ByteWriter(64 * 1024);

/** Stores a directory of these entries, in any order. Null for none. */
export function putTree(sink: ObjectSink, entries: readonly TreeEntry[]): ObjectId | null {
  const sorted = entries.toSorted((a, b) => a.name < b.name ? -1 : 1);
  for (let i = 0; i < sorted.length; i++) {
    const { name } = sorted[i]!;
    checkEntryName(name);
    if (i > 0 && sorted[i - 1]!.name === name) {
      throw new StoreError("invalid_entry", `Cannot store a directory with two entries ${name}`);
    }
  }
  return putSorted(sink, sorted);
}

/** Stores `base` with `changes` applied. Reads and writes only the pages they fall into. */
export function updateTree(
  sink: ObjectSink,
  base: ObjectId | null,
  changes: ReadonlyMap<string, TreeEntry | null>,
): ObjectId | null {
  if (changes.size === 0) return base;
  const sorted = sortChanges(changes);
  if (base === null) return putSorted(sink, merge([], sorted, 0, sorted.length));
  const bytes = sink.object(base, "tree");
  if (isIndex(bytes)) return updatePages(sink, readIndex(bytes, base), sorted);
  writer.reset();
  const count = patchLeaf(writer, bytes, base, sorted, SINGLE_PAGE_ENTRIES);
  if (count === 0) return null;
  if (count <= SINGLE_PAGE_ENTRIES) return sink.putObject("tree", writer.view());
  const entries: TreeEntry[] = [];
  readLeaf(bytes, base, entries);
  return putSorted(sink, merge(entries, sorted, 0, sorted.length));
}

function sortChanges(changes: ReadonlyMap<string, TreeEntry | null>): Change[] {
  for (const [name, entry] of changes) {
    checkEntryName(name);
    if (entry !== null && entry.name !== name) {
      throw new StoreError(
        "invalid_entry",
        `Cannot store entry ${entry.name} under the name ${name}`,
      );
    }
  }
  return [...changes].sort((a, b) => a[0] < b[0] ? -1 : 1);
}

/** Sorted `entries` with the sorted changes `[from, to)` applied. */
function merge(
  entries: readonly TreeEntry[],
  changes: readonly Change[],
  from: number,
  to: number,
): TreeEntry[] {
  const merged: TreeEntry[] = [];
  let i = 0;
  for (let c = from; c < to; c++) {
    const [name, entry] = changes[c]!;
    while (i < entries.length && entries[i]!.name < name) merged.push(entries[i++]!);
    if (i < entries.length && entries[i]!.name === name) i++;
    if (entry !== null) merged.push(entry);
  }
  while (i < entries.length) merged.push(entries[i++]!);
  return merged;
}

function putSorted(sink: ObjectSink, entries: readonly TreeEntry[]): ObjectId | null {
  if (entries.length === 0) return null;
  if (entries.length <= SINGLE_PAGE_ENTRIES) return putLeaf(sink, entries, 0, entries.length);
  return putIndex(sink, putPages(sink, entries));
}

function putLeaf(
  sink: ObjectSink,
  entries: readonly TreeEntry[],
  start: number,
  end: number,
): ObjectId {
  writer.reset();
  writeLeaf(writer, entries, start, end);
  return sink.putObject("tree", writer.view());
}

function putPages(sink: ObjectSink, entries: readonly TreeEntry[]): PageReference[] {
  const starts = pageStarts(entries);
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? entries.length;
    const id = putLeaf(sink, entries, start, end);
    return { first: entries[start]!.name, count: end - start, id };
  });
}

function putIndex(sink: ObjectSink, pages: readonly PageReference[]): ObjectId {
  if (pages.length === 1) return pages[0]!.id;
  writer.reset();
  writeIndex(writer, pages);
  return sink.putObject("tree", writer.view());
}

/**
 * Applies changes to a directory of several pages.
 *
 * A segment is a page that begins with a boundary and those after it up to the next such page. Within it
 * pages are cut by counting, so it is rebuilt as a whole; its neighbours stay, except that a segment whose
 * first name goes is joined to the one before it.
 */
function updatePages(
  sink: ObjectSink,
  pages: readonly PageReference[],
  changes: readonly Change[],
): ObjectId | null {
  const dirty = dirtyPages(pages, changes);
  const parts: (PageReference | TreeEntry[])[] = [];
  let total = 0;
  let change = 0;
  for (let page = 0; page < pages.length;) {
    if (!dirty[page]) {
      parts.push(pages[page]!);
      total += pages[page++]!.count;
      continue;
    }
    const entries: TreeEntry[] = [];
    while (page < pages.length && dirty[page]) readPage(sink, pages[page++]!, entries);
    const from = change;
    const next = pages[page]?.first;
    while (change < changes.length && (next === undefined || changes[change]![0] < next)) change++;
    const merged = merge(entries, changes, from, change);
    parts.push(merged);
    total += merged.length;
  }
  if (total > SINGLE_PAGE_ENTRIES) {
    return putIndex(sink, parts.flatMap((p) => Array.isArray(p) ? putPages(sink, p) : [p]));
  }
  const all: TreeEntry[] = [];
  for (const part of parts) {
    if (Array.isArray(part)) { for (const entry of part) all.push(entry); }
    else readPage(sink, part, all);
  }
  return putSorted(sink, all);
}

/** Marks every page of every segment that the changes reach. */
function dirtyPages(pages: readonly PageReference[], changes: readonly Change[]): boolean[] {
  const segmentStart: number[] = [];
  for (let i = 0; i < pages.length; i++) {
    segmentStart.push(i === 0 || isBoundary(pages[i]!.first) ? i : segmentStart[i - 1]!);
  }
  const dirty = new Array<boolean>(pages.length).fill(false);
  const mark = (start: number) => {
    for (let i = start; i < pages.length && segmentStart[i] === start; i++) dirty[i] = true;
  };
  for (const [name, entry] of changes) {
    const start = segmentStart[pageOf(pages, name)]!;
    if (!dirty[start]) mark(start);
    if (start > 0 && entry === null && pages[start]!.first === name) mark(segmentStart[start - 1]!);
  }
  return dirty;
}
