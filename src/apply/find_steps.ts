/**
 * Walks two snapshots together and finds what has to be done to a directory that is the one so that it becomes the other.
 *
 * As in the difference that people are shown, times and inode numbers are no reason to touch anything. Unlike there it
 * matters which names share an inode: that is for `group_links.ts` to decide, after the walk.
 *
 * @module
 */

import { changedDetails, kindsDiffer } from "../history/snapshots/compare_records.ts";
import { changedLinks } from "../history/snapshots/link_changes.ts";
import { LinkLookup } from "../history/snapshots/link_lookup.ts";
import { PathSet } from "../history/snapshots/path_set.ts";
import { isDirectoryRecord } from "../history/snapshots/record.ts";
import { allPairs, differingPairs, type EntryPair } from "../history/snapshots/tree_pairs.ts";
import type { Work } from "../store/format/sliced.ts";
import type { Store } from "../store/store.ts";
import type { InodeRecord, Snapshot, TreeEntry } from "../store/trees/entry.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { groupLinks, type LinkPair } from "./group_links.ts";
import { isOtherContent } from "./other_content.ts";
import { emptySteps, type Steps } from "./steps.ts";

/** @param only binary strings: these paths and what is below them; everything if it is not given */
export function findSteps(
  store: Store,
  from: Snapshot | null,
  to: Snapshot,
  only?: readonly string[],
): Work<Steps> {
  return new StepWalk(store, from, to).run(only);
}

/** A directory that is walked. */
interface Frame {
  readonly path: SourcePath;
  readonly pairs: readonly EntryPair[];
  next: number;
  /** It has the same names in both, and is only walked for links. */
  readonly same: boolean;
  /** Null where all of it is asked for. */
  readonly only: PathSet | null;
  /** What it is to be, if it is in both. */
  readonly stays: InodeRecord | null;
}

class StepWalk {
  readonly #store: Store;
  readonly #from: Snapshot | null;
  readonly #to: Snapshot;
  readonly #steps = emptySteps();
  readonly #before: LinkLookup;
  readonly #after: LinkLookup;
  readonly #links: LinkPair[] = [];
  readonly #stack: Frame[] = [];
  /** Linked inodes that changed → names of them that the walk has not seen yet, perhaps in directories that did not. */
  readonly #sought = new Map<number, number>();

  constructor(store: Store, from: Snapshot | null, to: Snapshot) {
    this.#store = store;
    this.#from = from;
    this.#to = to;
    this.#before = new LinkLookup(store, from?.links ?? null);
    this.#after = new LinkLookup(store, to.links);
    if (from === null) return;
    for (const [ino, { before, after }] of changedLinks(store, from.links, to.links)) {
      if (before === null || after === null) continue;
      if (kindsDiffer(before, after) || changedDetails(before, after).length > 0) {
        this.#sought.set(ino, after.nlink);
      }
    }
  }

  *run(only: readonly string[] | undefined): Work<Steps> {
    const asked = only === undefined ? null : PathSet.of(only);
    const root = asked?.isMember ? null : asked;
    this.#directory(SourcePath.ROOT, this.#from?.root ?? null, this.#to.root, root);
    let done = 0;
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      const pair = frame.pairs[frame.next++];
      if (pair === undefined || frame.same && this.#sought.size === 0) this.#stack.pop();
      else this.#pair(frame, pair);
      if (++done % 256 === 0) yield { phase: "comparing", done, total: 0, unit: "records" };
    }
    yield* groupLinks(this.#store, this.#from, this.#to, this.#links, this.#steps);
    return this.#steps;
  }

  #pair(frame: Frame, [from, to]: EntryPair): void {
    const { name } = (from ?? to)!;
    if (to?.linked) this.#see(to.ino);
    let only: PathSet | null = null;
    if (frame.only !== null) {
      const below = frame.only.below.get(name);
      if (below === undefined) return;
      if (!below.isMember) only = below;
    }
    const before = recordOf(this.#before, from);
    const after = recordOf(this.#after, to);
    const path = frame.path.child(name);
    const had = this.#count();
    if (only !== null) this.#ancestor(path, before, after, only);
    else if (isDirectoryRecord(after)) this.#directory(path, before, after!, null);
    else this.#other(path, before, after, from?.linked === true, to?.linked === true);
    if (frame.stays !== null && this.#count() > had) {
      this.#steps.parents.set(frame.path, frame.stays);
    }
  }

  /** A path of which only something below it is asked for. */
  #ancestor(
    path: SourcePath,
    before: InodeRecord | null,
    after: InodeRecord | null,
    only: PathSet,
  ): void {
    if (isDirectoryRecord(after)) {
      if (before === null || isDirectoryRecord(before)) this.#directory(path, before, after!, only);
      else this.#steps.impossible.push({ path, reason: "it would have to become a directory" });
    } else if (isDirectoryRecord(before)) this.#descend(path, before, null, only);
  }

  #directory(
    path: SourcePath,
    before: InodeRecord | null,
    after: InodeRecord,
    only: PathSet | null,
  ): void {
    if (path === SourcePath.ROOT && before === null) {
      this.#steps.directories.push({ path, before, after });
    } else if (!isDirectoryRecord(before)) {
      this.#steps.made.push({ path, before, after });
      this.#steps.directories.push({ path, before: null, after });
    } else if (only === null && changedDetails(before!, after).length > 0) {
      this.#steps.directories.push({ path, before, after });
    }
    this.#descend(path, isDirectoryRecord(before) ? before : null, after, only);
  }

  #descend(
    path: SourcePath,
    before: InodeRecord | null,
    after: InodeRecord | null,
    only: PathSet | null,
  ): void {
    const [from, to] = [before?.content ?? null, after?.content ?? null];
    if (from === null && to === null) return;
    const same = from === to;
    if (same && this.#sought.size === 0) return;
    const pairs = this.#sought.size > 0
      ? allPairs(this.#store, from, to)
      : differingPairs(this.#store, from, to);
    const stays = before === null || after === null ? null : only === null ? after : before;
    this.#stack.push({ path, pairs, next: 0, same, only, stays });
  }

  /** What is to be no directory there. */
  #other(
    path: SourcePath,
    before: InodeRecord | null,
    after: InodeRecord | null,
    wasLinked: boolean,
    isLinked: boolean,
  ): void {
    const { deletions, writes, writesOverDirectories, attributes } = this.#steps;
    const wasDirectory = isDirectoryRecord(before);
    if (after === null) deletions.push({ path, before, after });
    else if (wasLinked || isLinked) {
      this.#links.push({ path, before, after, wasLinked, isLinked });
    } else if (before === null || isOtherContent(before, after)) {
      const list = wasDirectory ? writesOverDirectories : writes;
      list.push({ path, before, after, isApart: false, group: null });
    } else if (changedDetails(before, after).length > 0) attributes.push({ path, before, after });
    if (wasDirectory) this.#descend(path, before, null, null);
  }

  /** How many steps and links there are. */
  #count(): number {
    const { made, writes, attributes, deletions, writesOverDirectories } = this.#steps;
    return made.length + writes.length + attributes.length + deletions.length +
      writesOverDirectories.length + this.#links.length;
  }

  #see(ino: number): void {
    const left = this.#sought.get(ino);
    if (left === undefined) return;
    if (left > 1) this.#sought.set(ino, left - 1);
    else this.#sought.delete(ino);
  }
}

function recordOf(links: LinkLookup, entry: TreeEntry | null): InodeRecord | null {
  return entry?.linked ? links.get(entry.ino) : entry;
}
