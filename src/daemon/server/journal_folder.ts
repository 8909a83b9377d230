/**
 * Folding journals: what is in them becomes objects of the store, so that neither the disk nor the next start pays for
 * every byte that was ever overwritten. The head of the branch stays where it is.
 *
 * @module
 */

import { ServiceError } from "../../control/service_error.ts";
import type { Branch } from "../branches/branch.ts";
import type { Branches } from "../branches/branches.ts";
import type { BranchAccess } from "../methods/history_methods.ts";

/** A journal segment with so much in it is folded into the store. */
const FOLD_BYTES = 64 * 1024 * 1024;
const FOLD_RECORDS = 50_000;

/** Of the branches that are open. */
export class JournalFolder {
  constructor(readonly branches: Branches, readonly turn: BranchAccess["turn"]) {}

  /** Folds the journals in which there is much. */
  async foldLong(): Promise<void> {
    for (const branch of await this.branches.open()) {
      if (!this.branches.has(branch)) continue;
      const { changed, journalBytes, journalRecords, isSpaceSpent } = await branch.state();
      const isLong = journalBytes >= FOLD_BYTES || journalRecords >= FOLD_RECORDS;
      if (changed && (isLong || isSpaceSpent)) await this.#fold(branch);
    }
  }

  /** Folds all of them. What was deleted again since the last checkpoint is garbage too, and it is in the journals. */
  async foldAll(): Promise<void> {
    for (const branch of await this.branches.open()) {
      if (!this.branches.has(branch) || !(await branch.state()).changed) continue;
      try {
        await this.#fold(branch);
      } catch (error) {
        // There may be room for it once the garbage of the store is gone.
        if (!(error instanceof ServiceError && error.code === "no_space")) throw error;
      }
    }
  }

  /** Branches are deleted in a turn, too: perhaps in the one before. */
  async #fold(branch: Branch): Promise<void> {
    await this.turn("fold", async () => {
      if (this.branches.has(branch)) await branch.save(null);
    });
  }
}
