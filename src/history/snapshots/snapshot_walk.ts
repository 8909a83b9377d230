/**
 * Two snapshots walked together: what differs between them, in the order of the paths' bytes per directory.
 *
 * Subtrees with equal ids are skipped, with one exception. A hard-linked name only holds an inode number, so
 * a subtree can have the same id while a linked file in it changed. Where the two link tables say that linked
 * inodes changed, equal subtrees are searched for their names as well, until all of them have been seen.
 *
 * @module
 */

import type { InodeRecord, Snapshot, TreeEntry } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { changedDetails, type ChangeDetail, kindsDiffer } from "./compare_records.ts";
import { changedLinks } from "./link_changes.ts";
import { LinkLookup } from "./link_lookup.ts";
import { lookupPath } from "./lookup_path.ts";
import { isDirectoryRecord } from "./record.ts";
import { allPairs, differingPairs, type EntryPair } from "./tree_pairs.ts";

/** Added, modified, deleted, changed in type. */
export type ChangeStatus = "A" | "M" | "D" | "T";

export interface SnapshotChange {
  /** Binary string, relative to the root, which is "". */
  readonly path: string;
  readonly status: ChangeStatus;
  readonly before: InodeRecord | null;
  readonly after: InodeRecord | null;
  /** Not empty for `M`; empty otherwise. */
  readonly details: readonly ChangeDetail[];
}

/** How much of the difference is walked. */
export interface WalkOptions {
  /** Search equal subtrees for names of changed linked inodes. */
  readonly findLinks: boolean;
  /** If given, it is told how many entries a directory has that was added or deleted, and they are not walked. */
  readonly collapse?: (status: "A" | "D", entries: number, path: string) => void;
}

interface Frame {
  readonly path: string;
  readonly pairs: readonly EntryPair[];
  next: number;
  /** The two are the same tree: only walked for links. */
  readonly same: boolean;
}

export class SnapshotWalk {
  readonly #store: Store;
  readonly #a: Snapshot | null;
  readonly #b: Snapshot | null;
  readonly #options: WalkOptions;
  readonly #beforeLinks: LinkLookup;
  readonly #afterLinks: LinkLookup;
  /** Changed linked inodes → names of them in `b` that were not seen yet. */
  readonly #links: Map<number, number>;

  constructor(store: Store, a: Snapshot | null, b: Snapshot | null, options: WalkOptions) {
    this.#store = store;
    this.#a = a;
    this.#b = b;
    this.#options = options;
    this.#beforeLinks = new LinkLookup(store, a?.links ?? null);
    this.#afterLinks = new LinkLookup(store, b?.links ?? null);
    this.#links = new Map();
    if (a === null || b === null) return;
    for (const [ino, { before, after }] of changedLinks(store, a.links, b.links)) {
      if (before === null || after === null) continue;
      if (kindsDiffer(before, after) || changedDetails(before, after).length > 0) {
        this.#links.set(ino, after.nlink);
      }
    }
  }

  /** Names of changed linked inodes that the walk has not come across, so far: they are in equal subtrees. */
  get unseenLinks(): number {
    let names = 0;
    for (const count of this.#links.values()) names += count;
    return names;
  }

  /** The whole difference. */
  *all(): Generator<SnapshotChange> {
    yield* this.#walk("", this.#a?.root ?? null, this.#b?.root ?? null);
  }

  /** The difference at `path` and below it. */
  *below(path: string): Generator<SnapshotChange> {
    if (path === "") return yield* this.all();
    const before = this.#lookup(this.#a, path);
    const after = this.#lookup(this.#b, path);
    yield* this.#walk(path, before, after);
  }

  *#walk(path: string, a: InodeRecord | null, b: InodeRecord | null): Generator<SnapshotChange> {
    const stack: Frame[] = [];
    yield* this.#visit(path, a, b, stack);
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      const pair = frame.pairs[frame.next++];
      if (pair === undefined || (frame.same && this.#links.size === 0)) {
        stack.pop();
        continue;
      }
      const [before, after] = pair;
      const name = (before ?? after)!.name;
      const at = frame.path === "" ? name : `${frame.path}/${name}`;
      if (after?.linked) this.#see(after.ino);
      yield* this.#visit(
        at,
        record(this.#beforeLinks, before),
        record(this.#afterLinks, after),
        stack,
      );
    }
  }

  *#visit(
    path: string,
    before: InodeRecord | null,
    after: InodeRecord | null,
    stack: Frame[],
  ): Generator<SnapshotChange> {
    const change = describe(path, before, after);
    if (change !== null) yield change;
    const from = isDirectoryRecord(before) ? before!.content : null;
    const to = isDirectoryRecord(after) ? after!.content : null;
    if (from === null && to === null) return;
    const same = from === to;
    if (same && !(this.#options.findLinks && this.#links.size > 0)) return;
    if (this.#collapse(path, before, after)) return;
    const pairs = this.#options.findLinks && this.#links.size > 0
      ? allPairs(this.#store, from, to)
      : differingPairs(this.#store, from, to);
    stack.push({ path, pairs, next: 0, same });
  }

  #collapse(path: string, before: InodeRecord | null, after: InodeRecord | null): boolean {
    const { collapse } = this.#options;
    if (collapse === undefined) return false;
    const [from, to] = [isDirectoryRecord(before), isDirectoryRecord(after)];
    if (from === to) return false;
    // Names of changed links below an added directory have to be seen, or they count as modified elsewhere.
    if (to && this.#links.size > 0) return false;
    collapse(to ? "A" : "D", (to ? after : before)!.entries, path);
    return true;
  }

  #see(ino: number): void {
    const unseen = this.#links.get(ino);
    if (unseen === undefined) return;
    if (unseen > 1) this.#links.set(ino, unseen - 1);
    else this.#links.delete(ino);
  }

  #lookup(snapshot: Snapshot | null, path: string): InodeRecord | null {
    return snapshot === null ? null : lookupPath(this.#store, snapshot, path);
  }
}

function record(links: LinkLookup, entry: TreeEntry | null): InodeRecord | null {
  return entry?.linked ? links.get(entry.ino) : entry;
}

function describe(
  path: string,
  before: InodeRecord | null,
  after: InodeRecord | null,
): SnapshotChange | null {
  if (before === null || after === null) {
    // Every snapshot has a root: compared with nothing, it is what is in it that was added.
    if (before === after || path === "") return null;
    return { path, status: before === null ? "A" : "D", before, after, details: [] };
  }
  if (before === after) return null;
  if (kindsDiffer(before, after)) return { path, status: "T", before, after, details: [] };
  const details = changedDetails(before, after);
  return details.length === 0 ? null : { path, status: "M", before, after, details };
}
