/**
 * How many lines a change puts in and takes out.
 *
 * @module
 */

import { type InodeRecord, S_IFLNK, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { countLines, textHunks } from "./hunks.ts";
import { readText, splitLines } from "./text.ts";

export interface LineChanges {
  readonly added: number;
  readonly deleted: number;
}

/** Null where one is a binary or a very large file. What has no lines, as a directory, counts as empty. */
export function lineChanges(
  store: Store,
  before: InodeRecord | null,
  after: InodeRecord | null,
): LineChanges | null {
  const [from, to] = [before, after].map((record) => hasText(record) ? record : null);
  if (from?.content === to?.content) return { added: 0, deleted: 0 };
  const [oldText, newText] = [readText(store, from!), readText(store, to!)];
  if (oldText === null || newText === null) return null;
  const kindsDiffer = from && to && ((from.mode ^ to.mode) & S_IFMT) !== 0;
  if (kindsDiffer || oldText === "" || newText === "") {
    return { added: splitLines(newText).length, deleted: splitLines(oldText).length };
  }
  return countLines(textHunks(oldText, newText, 0));
}

function hasText(record: InodeRecord | null): boolean {
  const kind = (record?.mode ?? 0) & S_IFMT;
  return kind === S_IFREG || kind === S_IFLNK;
}
