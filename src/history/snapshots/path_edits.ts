/**
 * Changes at paths of a tree, applied bottom-up: every directory on the way is rewritten once, whatever
 * the number of paths, and nothing else is read.
 *
 * @module
 */

import type { InodeRecord, TreeEntry } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { isDirectory, recordOf } from "./record.ts";
import { addEntry, recordedTotals } from "./totals.ts";

export class PathEdits {
  /** Name → what it becomes, null if it goes. */
  readonly entries: Map<string, TreeEntry | null> = new Map();
  /** Directories (there already, or new in {@linkcode entries}) with changes of their own. */
  readonly below: Map<string, PathEdits> = new Map();

  /** The edits of the directory at `path` ("" is this one, "a/b"). */
  at(path: string): PathEdits {
    // deno-lint-ignore no-this-alias
    let edits: PathEdits = this;
    if (path === "") return edits;
    for (const name of path.split("/")) {
      let next = edits.below.get(name);
      if (next === undefined) edits.below.set(name, next = new PathEdits());
      edits = next;
    }
    return edits;
  }
}

/** `directory` with the edits applied and its totals kept right. Its other attributes stay. */
export function applyEdits(
  store: StoreWriter,
  directory: InodeRecord,
  edits: PathEdits,
): InodeRecord {
  const changes = new Map(edits.entries);
  for (const [name, below] of edits.below) {
    const entry = changes.get(name) ?? store.lookupTree(directory.content, name);
    if (entry === null || !isDirectory(entry)) {
      throw new TypeError(`Path edits below ${JSON.stringify(name)}, which is not a directory`);
    }
    changes.set(name, { ...applyEdits(store, entry, below), name, linked: false });
  }
  const totals = recordedTotals(directory);
  for (const [name, entry] of changes) {
    const before = store.lookupTree(directory.content, name);
    if (before !== null) addEntry(totals, before, -1);
    if (entry !== null) addEntry(totals, entry);
  }
  return {
    ...recordOf(directory),
    content: store.updateTree(directory.content, changes),
    ...totals,
  };
}
