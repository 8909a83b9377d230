/**
 * Reads directories from tree objects.
 *
 * @module
 */

import type { TreeEntry } from "./entry.ts";
import type { ObjectId } from "../format/object_id.ts";
import type { ObjectSource } from "../format/object_type.ts";
import { damagedObject } from "../format/store_error.ts";
import { isIndex, type PageReference, readIndex, readLeaf } from "./tree_page.ts";

/** All entries of a directory, sorted by name bytes. */
export function readTree(source: ObjectSource, id: ObjectId): TreeEntry[] {
  return decodeTree(source, id, source.object(id, "tree"));
}

/** As {@linkcode readTree}, of a directory whose own bytes were read. */
export function decodeTree(source: ObjectSource, id: ObjectId, bytes: Uint8Array): TreeEntry[] {
  const entries: TreeEntry[] = [];
  if (isIndex(bytes)) {
    for (const page of readIndex(bytes, id)) readPage(source, page, entries);
  } else readLeaf(bytes, id, entries);
  return entries;
}

/** Adds the entries of a page to `into`. Throws unless the page is what its index says. */
export function readPage(source: ObjectSource, page: PageReference, into: TreeEntry[]): void {
  const start = into.length;
  readLeaf(source.object(page.id, "tree"), page.id, into);
  if (into.length - start !== page.count || into[start]!.name !== page.first) {
    throw damagedObject(page.id, "it is not the page its index says");
  }
}

/** Index of the page that holds `name` if any does. */
export function pageOf(pages: readonly PageReference[], name: string): number {
  let low = 0;
  let high = pages.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (pages[middle]!.first <= name) low = middle;
    else high = middle - 1;
  }
  return low;
}
