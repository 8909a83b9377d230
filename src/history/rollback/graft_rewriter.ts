/**
 * Entries of a snapshot with their inode numbers and hard links changed as a {@linkcode GraftPlan} says.
 *
 * @module
 */

import type { InodeEntry, TreeEntry } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { GraftPlan } from "./graft_plan.ts";
import { isDirectory } from "../snapshots/record.ts";
import { addEntry, recordedTotals, type Totals } from "../snapshots/totals.ts";
import { differingPairs, type EntryPair } from "../snapshots/tree_pairs.ts";

export class GraftRewriter {
  readonly #store: StoreWriter;
  readonly #plan: GraftPlan;

  constructor(store: StoreWriter, plan: GraftPlan) {
    this.#store = store;
    this.#plan = plan;
  }

  /** `entry` and everything below it. Where it equals `present`, which it replaces, nothing has to change. */
  rewrite(entry: TreeEntry, present: TreeEntry | null): TreeEntry {
    const { renumbered, unlinked } = this.#plan;
    if (renumbered.size === 0 && unlinked.size === 0) return entry;
    const own = this.#alone(entry);
    return isDirectory(own) ? this.#rewriteBelow(own, present) : own;
  }

  /** `entry` itself with its new number, if it has one. */
  renumber(entry: InodeEntry): InodeEntry {
    const ino = this.#plan.renumbered.get(entry.ino);
    return ino === undefined ? entry : { ...entry, ino };
  }

  /** `entry` without what is below it. */
  #alone(entry: TreeEntry): TreeEntry {
    if (!entry.linked) return this.renumber(entry);
    const alone = this.#plan.unlinked.get(entry.ino);
    if (alone !== undefined) return { ...alone, name: entry.name, linked: false };
    const ino = this.#plan.renumbered.get(entry.ino);
    return ino === undefined ? entry : { ...entry, ino };
  }

  /** Depth first with a stack of its own: a tree may be deeper than the call stack. */
  #rewriteBelow(top: InodeEntry, present: TreeEntry | null): InodeEntry {
    const stack = [this.#enter(top, top, present)];
    while (true) {
      const frame = stack.at(-1)!;
      const pair = frame.pairs[frame.next++];
      if (pair === undefined) {
        stack.pop();
        const { before } = frame;
        const after = this.#leave(frame);
        const parent = stack.at(-1);
        if (parent === undefined) return after;
        if (after !== before) change(parent, before, after);
        continue;
      }
      const [entry, replaced] = pair;
      if (entry === null) continue;
      const own = this.#alone(entry);
      if (isDirectory(own)) stack.push(this.#enter(entry, own, replaced));
      else if (own !== entry) change(frame, entry, own);
    }
  }

  #enter(before: TreeEntry, directory: InodeEntry, present: TreeEntry | null): Frame {
    const other = isDirectory(present) ? present.content : null;
    return {
      before,
      directory,
      pairs: differingPairs(this.#store, directory.content, other),
      next: 0,
      changes: new Map(),
      totals: recordedTotals(directory),
    };
  }

  #leave({ directory, changes, totals }: Frame): InodeEntry {
    if (changes.size === 0) return directory;
    return { ...directory, content: this.#store.updateTree(directory.content, changes), ...totals };
  }
}

/** A directory that is being rewritten. */
interface Frame {
  /** As it was found, and with its own number. */
  readonly before: TreeEntry;
  readonly directory: InodeEntry;
  readonly pairs: readonly EntryPair[];
  next: number;
  readonly changes: Map<string, TreeEntry>;
  readonly totals: Totals;
}

function change(frame: Frame, before: TreeEntry, after: TreeEntry): void {
  frame.changes.set(before.name, after);
  addEntry(frame.totals, before, -1);
  addEntry(frame.totals, after);
}
