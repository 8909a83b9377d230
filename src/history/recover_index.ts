/**
 * Makes a new index in place of a damaged one: objects from the packs, the history from what is left of the old index and from
 * the commits.
 *
 * @module
 */

import { close } from "../../ffi/open.ts";
import { fileExists } from "../store/file_exists.ts";
import type { Hasher } from "../store/hash.ts";
import { rebuildIndex } from "../store/rebuild_index.ts";
import { lockStore } from "../store/store_lock.ts";
import { indexPath } from "../store/store_paths.ts";
import { HistoryRecovery, type RecoveredHistory } from "./recover_history.ts";
import { Salvage } from "./salvage_index.ts";

export interface RecoveredIndex extends RecoveredHistory {
  readonly objects: number;
}

/** Where the damaged index stays while a new one is made, and after if not all of it could be read. */
function damagedIndexPath(directory: string): string {
  return `${indexPath(directory)}.damaged`;
}

/** Nobody else may have the store open. Throws StoreError `locked`, `io_error`. */
export function recoverIndex(directory: string, hasher: Hasher): RecoveredIndex {
  close(lockStore(directory));
  setAside(directory);
  const old = new Salvage(directory, damagedIndexPath(directory));
  let recovered: RecoveredIndex | undefined;
  const { objects } = rebuildIndex(directory, hasher, (database, stored) => {
    recovered = { objects: 0, ...new HistoryRecovery(directory, database, old, stored).run() };
  });
  const { guessed, operationsLost } = recovered!;
  if (guessed.length === 0 && !operationsLost) removeAside(directory);
  return { ...recovered!, objects };
}

const SUFFIXES = ["", "-wal", "-shm"];

/** An index that is there already was set aside by a recovery that did not come to its end. */
function setAside(directory: string): void {
  if (!fileExists(indexPath(directory))) return;
  removeAside(directory);
  for (const suffix of SUFFIXES) {
    if (!fileExists(indexPath(directory) + suffix)) continue;
    Deno.renameSync(indexPath(directory) + suffix, damagedIndexPath(directory) + suffix);
  }
}

function removeAside(directory: string): void {
  for (const suffix of SUFFIXES) {
    const path = damagedIndexPath(directory) + suffix;
    if (fileExists(path)) Deno.removeSync(path);
  }
}
