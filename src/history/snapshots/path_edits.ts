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

/** A name in a directory, up to the root, which has no parent. */
export interface NamedNode {
  readonly parent: NamedNode | null;
  /** A binary string. */
  readonly name: string;
}

/** The changes in one directory. */
export class PathEdits {
  /** Name → what it becomes, null if it goes. */
  readonly entries: Map<string, TreeEntry | null> = new Map();
  /** Directories (there already, or new in {@linkcode entries}) with changes of their own. */
  readonly below: Map<string, PathEdits> = new Map();

  /** The edits of the directory `name`. */
  child(name: string): PathEdits {
    let next = this.below.get(name);
    if (next === undefined) this.below.set(name, next = new PathEdits());
    return next;
  }
}

/** Changes anywhere in a tree, by where they are: the way to each is only gone as far as it is new. */
export class TreeEdits {
  readonly root = new PathEdits();
  readonly #known = new Map<NamedNode, PathEdits>();

  at(directory: NamedNode): PathEdits {
    const way: NamedNode[] = [];
    let at = directory;
    let edits = this.#known.get(at);
    while (edits === undefined && at.parent !== null) {
      way.push(at);
      at = at.parent;
      edits = this.#known.get(at);
    }
    edits ??= this.root;
    for (const node of way.reverse()) {
      edits = edits.child(node.name);
      this.#known.set(node, edits);
    }
    return edits;
  }
}

/** A directory that is rewritten. */
interface Frame {
  readonly directory: InodeRecord;
  readonly edits: PathEdits;
  readonly changes: Map<string, TreeEntry | null>;
  /** The one that it is in; null for the one that all are below. */
  readonly parent: Frame | null;
  readonly name: string;
}

/** `directory` with the edits applied and its totals kept right. Its other attributes stay. */
export function applyEdits(
  store: StoreWriter,
  directory: InodeRecord,
  edits: PathEdits,
): InodeRecord {
  const first = { directory, edits, changes: new Map(edits.entries), parent: null, name: "" };
  // The list is its own queue: backwards, what is in a directory comes before it.
  const frames: Frame[] = [first];
  for (const frame of frames) enter(store, frame, frames);
  for (let i = frames.length - 1; i > 0; i--) {
    const frame = frames[i]!;
    const { parent, name } = frame;
    parent!.changes.set(name, { ...rewrite(store, frame), name, linked: false });
  }
  return rewrite(store, first);
}

/** Adds the directories in one that have changes of their own to `frames`. */
function enter(store: StoreWriter, frame: Frame, frames: Frame[]): void {
  const { directory, edits, changes } = frame;
  for (const [name, below] of edits.below) {
    const entry = changes.get(name) ?? store.lookupTree(directory.content, name);
    if (entry === null || !isDirectory(entry)) {
      throw new TypeError(`Path edits below ${JSON.stringify(name)}, which is not a directory`);
    }
    frames.push({
      directory: entry,
      edits: below,
      changes: new Map(below.entries),
      parent: frame,
      name,
    });
  }
}

function rewrite(store: StoreWriter, { directory, changes }: Frame): InodeRecord {
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
