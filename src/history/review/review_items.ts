/**
 * What differs between two snapshots as things that can be taken or left, each for itself.
 *
 * Text files that changed can be taken line by line. Everything else is taken as a whole: what is new or gone, binary files,
 * symbolic links, changes of mode, owner or extended attributes. A directory that is new or gone comes or goes with what is in
 * it. Where a directory stands for a file, or the other way round, all of it is one thing; so is what git keeps in `.git`, of
 * which a part would be of no use; so are all names of a hard-linked file.
 *
 * @module
 */

import {
  type InodeRecord,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  type Snapshot,
} from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { listChanges } from "../diff/diff.ts";
import type { Hunk } from "../diff/hunk.ts";
import { textHunks } from "../diff/hunks.ts";
import { readText } from "../diff/text.ts";
import { lookupPath } from "../snapshots/lookup_path.ts";
import { isDirectoryRecord } from "../snapshots/record.ts";
import type { SnapshotChange } from "../snapshots/snapshot_walk.ts";

/** One thing to be taken or left. */
export interface ReviewItem {
  readonly change: SnapshotChange;
  /** Binary strings: every changed path that is taken with it, that of the change first. */
  readonly paths: string[];
  /** The lines that differ; null where there are none to be shown. */
  readonly hunks: readonly Hunk[] | null;
  /** The hunks can be taken one by one. */
  readonly isDivisible: boolean;
}

export interface ReviewItems {
  /** In the order of their paths. */
  readonly items: readonly ReviewItem[];
  /** Directories (binary strings) that go when everything in them does. */
  readonly goneDirectories: readonly string[];
}

/** Bytes of lines that are shown; what comes after them is taken as a whole. */
const SHOWN_BYTES_MAX = 64 * 1024 * 1024;
const GIT = ".git";

export function reviewItems(store: Store, from: Snapshot, to: Snapshot): ReviewItems {
  const list = new ItemList(store);
  const goneDirectories: string[] = [];
  const changes = listChanges(store, from, to);
  changes.forEach((change, i) => {
    const { path, status } = change;
    if (list.isBelow(path)) return;
    const git = gitDirectory(path);
    const repository = git === null ? null : describe(store, from, to, git);
    if (repository !== null) return list.addWhole(repository, path);
    if (status === "T") return list.addWhole(change, path);
    const isDirectory = isDirectoryRecord(change.after ?? change.before);
    if (isDirectory && status !== "M" && changes[i + 1]?.path.startsWith(`${path}/`)) {
      if (status === "D") goneDirectories.push(path);
      return;
    }
    list.add(change);
  });
  return { items: list.items, goneDirectories };
}

class ItemList {
  readonly #store: Store;
  readonly items: ReviewItem[] = [];
  /** By the inode's number. */
  readonly #linked = new Map<number, ReviewItem>();
  /** The last item, if it is all that is in a directory. */
  #whole: ReviewItem | null = null;
  #left = SHOWN_BYTES_MAX;

  constructor(store: Store) {
    this.#store = store;
  }

  /** True if the path belongs to the item before it. */
  isBelow(path: string): boolean {
    if (!this.#whole || !path.startsWith(`${this.#whole.change.path}/`)) return false;
    this.#whole.paths.push(path);
    return true;
  }

  /** Adds an item to which all belongs that is below its path. `first`: the path by which it was come upon. */
  addWhole(change: SnapshotChange, first: string): void {
    const paths = first === change.path ? [first] : [change.path, first];
    this.#whole = { change, paths, hunks: null, isDivisible: false };
    this.items.push(this.#whole);
  }

  add(change: SnapshotChange): void {
    const ino = linkedInode(change);
    const known = ino === null ? undefined : this.#linked.get(ino);
    if (known !== undefined) {
      known.paths.push(change.path);
      return;
    }
    const hunks = this.#left > 0 ? hunksOf(this.#store, change) : null;
    for (const { lines } of hunks ?? []) for (const line of lines) this.#left -= line.length;
    const isDivisible = hunks !== null && hasLines(change.before) && hasLines(change.after) &&
      isLinked(change.before!) === isLinked(change.after!) &&
      (ino !== null || !isLinked(change.before!));
    const item = { change, paths: [change.path], hunks, isDivisible };
    this.items.push(item);
    if (ino !== null) this.#linked.set(ino, item);
  }
}

/** `a/.git` of `a/.git/HEAD`. */
function gitDirectory(path: string): string | null {
  const names = path.split("/");
  const at = names.indexOf(GIT);
  return at < 0 ? null : names.slice(0, at + 1).join("/");
}

/** What became of a directory and all that is in it; null if it is none on either side. */
function describe(
  store: Store,
  from: Snapshot,
  to: Snapshot,
  path: string,
): SnapshotChange | null {
  const [before, after] = [lookupPath(store, from, path), lookupPath(store, to, path)];
  if (!isDirectoryRecord(before) && !isDirectoryRecord(after)) return null;
  if (before === null || after === null) {
    return { path, status: before === null ? "A" : "D", before, after, details: [] };
  }
  const isKept = ((before.mode ^ after.mode) & S_IFMT) === 0;
  return { path, status: isKept ? "M" : "T", before, after, details: [] };
}

/** The number of a file with several names that is the same on both sides. */
function linkedInode({ before, after }: SnapshotChange): number | null {
  if (before === null || after === null || !isLinked(before) || !isLinked(after)) return null;
  return before.ino === after.ino ? after.ino : null;
}

function isLinked({ mode, nlink }: InodeRecord): boolean {
  return (mode & S_IFMT) !== S_IFDIR && nlink > 1;
}

function hasLines(record: InodeRecord | null): boolean {
  return ((record?.mode ?? 0) & S_IFMT) === S_IFREG;
}

/** Null if there is nothing to be shown: it is binary, or what differs is no text. */
function hunksOf(store: Store, { before, after }: SnapshotChange): readonly Hunk[] | null {
  const shown = (record: InodeRecord | null) =>
    record === null || hasLines(record) || (record.mode & S_IFMT) === S_IFLNK;
  if (!shown(before) || !shown(after) || before?.content === after?.content) return null;
  const [oldText, newText] = [readText(store, before), readText(store, after)];
  return oldText === null || newText === null ? null : textHunks(oldText, newText);
}
