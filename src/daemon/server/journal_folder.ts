/**
 * Folding journals: what is in them becomes objects of the store, so that neither the disk nor the next start pays for
 * every byte that was ever overwritten. The head of the branch stays where it is.
 *
 * @module
 */

import { ServiceError } from "../../control/service_error.ts";
import type { Branch } from "../branches/branch.ts";
import type { Branches } from "../branches/branches.ts";
import type { BranchAccess } from "../methods/branch_access.ts";
import type { TreeState } from "../threads/messages.ts";

/** A journal segment with so much in it is folded into the store. */
const FOLD_BYTES = 64 * 1024 * 1024;
const FOLD_RECORDS = 50_000;

/** Of the branches that are open. */
export class JournalFolder {
  /** What the state of a branch was when there was no room to fold it. */
  readonly #inVain = new WeakMap<Branch, string>();

  constructor(readonly branches: Branches, readonly turn: BranchAccess["turn"]) {}

  /** Folds the journals in which there is much; all of them where the disk is full, for what was deleted is still in them. */
  async foldLong(): Promise<void> {
    const changed: { readonly branch: Branch; readonly state: TreeState }[] = [];
    for (const branch of await this.branches.open()) {
      if (!this.branches.has(branch)) continue;
      const state = await branch.state();
      if (state.changed) changed.push({ branch, state });
    }
    const isFull = changed.some(({ state }) => state.isSpaceSpent);
    for (const { branch, state } of changed) {
      if (isFull || isLong(state)) await this.#foldUnlessInVain(branch, state);
    }
  }

  /** Where there is no room to fold it is not tried again before the branch has changed. */
  async #foldUnlessInVain(branch: Branch, state: TreeState): Promise<void> {
    const words = `${state.journalBytes} ${state.journalRecords} ${state.changes}`;
    if (this.#inVain.get(branch) === words) return;
    this.#inVain.delete(branch);
    try {
      await this.#fold(branch);
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      this.#inVain.set(branch, words);
      console.log(`A journal was not folded: ${error.message}`);
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
        if (!isNoSpace(error)) throw error;
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

function isLong({ journalBytes, journalRecords }: TreeState): boolean {
  return journalBytes >= FOLD_BYTES || journalRecords >= FOLD_RECORDS;
}

function isNoSpace(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.code === "no_space";
}
