/**
 * Decides, before anything is written, which inode numbers a graft has to change and what becomes of hard links.
 *
 * Only where the two snapshots differ has to be looked at: a subtree that is equal in both, at the same
 * path, holds numbers that `from` uses there and nowhere else.
 *
 * @module
 */

import type { InodeRecord, Snapshot, TreeEntry } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Store } from "../../store/store.ts";
import { sameRecord } from "../snapshots/link_changes.ts";
import { PathSet } from "../snapshots/path_set.ts";
import { isDirectory } from "../snapshots/record.ts";
import { allPairs, differingPairs, type EntryPair } from "../snapshots/tree_pairs.ts";

/** A path that is restored. */
export interface GraftTarget {
  readonly path: string;
  /** What it was, and so becomes; null: it goes. */
  readonly from: TreeEntry | null;
  /** What it is; null where there is nothing. */
  readonly into: TreeEntry | null;
}

export interface GraftPlan {
  /** Numbers of restored inodes (linked or not) → the fresh numbers they get. */
  readonly renumbered: ReadonlyMap<number, number>;
  /** Linked inodes of which one name is restored and no other is left: the record of the ordinary file. */
  readonly unlinked: ReadonlyMap<number, InodeRecord>;
  /** Changes of the link table. */
  readonly links: ReadonlyMap<number, InodeRecord | null>;
}

export function planGraft(
  store: Store,
  into: Snapshot,
  from: Snapshot,
  targets: readonly GraftTarget[],
  allocateInode: () => number,
): GraftPlan {
  const survey = new Survey(store, into, from, targets);
  const renumbered = new Map<number, number>();
  const unlinked = new Map<number, InodeRecord>();
  const links = new Map<number, InodeRecord | null>();
  for (const [ino, removed] of survey.removedNames) {
    const record = survey.intoLinks.get(ino)!;
    const nlink = record.nlink - removed;
    links.set(ino, nlink === 0 ? null : { ...record, nlink });
  }
  for (const [ino, added] of survey.restoredNames) {
    const record = survey.fromLinks.get(ino)!;
    const joined = survey.intoLinks.get(ino);
    if (joined !== undefined) {
      const nlink = joined.nlink - (survey.removedNames.get(ino) ?? 0) + added;
      links.set(ino, { ...record, nlink });
      continue;
    }
    const number = survey.usedElsewhere.has(ino) ? allocateInode() : ino;
    if (number !== ino) renumbered.set(ino, number);
    if (added === 1) unlinked.set(ino, { ...record, ino: number, nlink: 1 });
    else links.set(number, { ...record, ino: number, nlink: added });
  }
  for (const ino of survey.restoredInodes) {
    const linked = survey.intoLinks.has(ino) && links.get(ino) !== null;
    if (linked || survey.usedElsewhere.has(ino)) renumbered.set(ino, allocateInode());
  }
  return { renumbered, unlinked, links };
}

/** What the two snapshots hold inside and outside of the restored paths. */
class Survey {
  readonly intoLinks: ReadonlyMap<number, InodeRecord>;
  readonly fromLinks: ReadonlyMap<number, InodeRecord>;
  /** Numbers of ordinary inodes outside the targets that are not at the same path in `from`. */
  readonly usedElsewhere = new Set<number>();
  /** Numbers of the ordinary inodes that are restored and may be in use. */
  readonly restoredInodes = new Set<number>();
  /** Names of linked inodes in the targets of `from`. */
  readonly restoredNames = new Map<number, number>();
  /** Names of linked inodes in the targets of `into`. */
  readonly removedNames = new Map<number, number>();
  readonly #store: Store;
  readonly #targets: PathSet;

  constructor(store: Store, into: Snapshot, from: Snapshot, targets: readonly GraftTarget[]) {
    this.#store = store;
    this.#targets = PathSet.of(targets.map((target) => target.path));
    this.intoLinks = store.readLinks(into.links);
    this.fromLinks = store.readLinks(from.links);
    this.#outside(from.root.content, into.root.content);
    const everything = this.#linkedRecordsDiffer();
    for (const target of targets) this.#inside([target.from, target.into], everything);
    for (const { path } of targets) this.#parents(from.root.content, path);
  }

  /** If so, equal subtrees are searched for linked names too: their record is restored with them. */
  #linkedRecordsDiffer(): boolean {
    for (const [ino, record] of this.fromLinks) {
      const other = this.intoLinks.get(ino);
      if (other !== undefined && !sameRecord(record, other)) return true;
    }
    return false;
  }

  #outside(from: ObjectId | null, into: ObjectId | null): void {
    interface Place {
      readonly targets: PathSet | undefined;
      readonly from: ObjectId | null;
      readonly into: ObjectId | null;
    }
    const stack: Place[] = [{ targets: this.#targets, from, into }];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      for (const [before, after] of differingPairs(this.#store, at.from, at.into)) {
        if (after === null || after.linked) continue;
        const targets = at.targets?.below.get(after.name);
        if (targets?.isMember) continue;
        const same = before !== null && !before.linked && before.ino === after.ino;
        if (!same) this.usedElsewhere.add(after.ino);
        if (!isDirectory(after)) continue;
        stack.push({
          targets,
          from: isDirectory(before) ? before.content : null,
          into: after.content,
        });
      }
    }
  }

  #inside(target: EntryPair, everything: boolean): void {
    const stack = [target];
    for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
      const [before, after] = pair;
      if (before?.linked) count(this.restoredNames, before.ino);
      else if (before !== null) this.restoredInodes.add(before.ino);
      if (after?.linked) count(this.removedNames, after.ino);
      const from = isDirectory(before) ? before.content : null;
      const into = isDirectory(after) ? after.content : null;
      if (from === into && !everything) continue;
      const pairs = everything
        ? allPairs(this.#store, from, into)
        : differingPairs(this.#store, from, into);
      for (const next of pairs) stack.push(next);
    }
  }

  /** Directories on the way to a target may have to be made. */
  #parents(root: ObjectId | null, path: string): void {
    const names = path.split("/").slice(0, -1);
    let tree = root;
    for (const name of names) {
      const entry: TreeEntry | null = this.#store.lookupTree(tree, name);
      if (!isDirectory(entry)) return;
      this.restoredInodes.add(entry.ino);
      tree = entry.content;
    }
  }
}

function count(counts: Map<number, number>, ino: number): void {
  counts.set(ino, (counts.get(ino) ?? 0) + 1);
}
