/**
 * Entries of a snapshot with their inode numbers and hard links changed as a {@linkcode GraftPlan} says.
 *
 * @module
 */

import type { InodeEntry, TreeEntry } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { GraftPlan } from "./graft_plan.ts";
import { isDirectory } from "../snapshots/record.ts";
import { addEntry, recordedTotals } from "../snapshots/totals.ts";
import { differingPairs } from "../snapshots/tree_pairs.ts";

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
    if (entry.linked) {
      const alone = unlinked.get(entry.ino);
      if (alone !== undefined) return { ...alone, name: entry.name, linked: false };
      const ino = renumbered.get(entry.ino);
      return ino === undefined ? entry : { ...entry, ino };
    }
    const own = this.renumber(entry);
    return isDirectory(own) ? this.#rewriteBelow(own, present) : own;
  }

  /** `entry` itself with its new number, if it has one. */
  renumber(entry: InodeEntry): InodeEntry {
    const ino = this.#plan.renumbered.get(entry.ino);
    return ino === undefined ? entry : { ...entry, ino };
  }

  #rewriteBelow(directory: InodeEntry, present: TreeEntry | null): InodeEntry {
    const other = isDirectory(present) ? present.content : null;
    const changes = new Map<string, TreeEntry>();
    const totals = recordedTotals(directory);
    for (const [entry, replaced] of differingPairs(this.#store, directory.content, other)) {
      if (entry === null) continue;
      const rewritten = this.rewrite(entry, replaced);
      if (rewritten === entry) continue;
      changes.set(entry.name, rewritten);
      addEntry(totals, entry, -1);
      addEntry(totals, rewritten);
    }
    if (changes.size === 0) return directory;
    return { ...directory, content: this.#store.updateTree(directory.content, changes), ...totals };
  }
}
