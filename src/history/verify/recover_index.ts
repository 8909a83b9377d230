/**
 * Makes a new index in place of a damaged one: objects from the packs, the history from what is left of the old index and from
 * the commits.
 *
 * @module
 */

import { close } from "../../host/files.ts";
import { type FileCalls, SYSTEM_CALLS } from "../../store/files/file_calls.ts";
import { fileExists } from "../../store/files/file_exists.ts";
import type { Hasher } from "../../store/format/hasher.ts";
import { rebuildIndex } from "../../store/verify/rebuild_index.ts";
import { lockStore } from "../../store/files/store_lock.ts";
import { indexPath } from "../../store/files/store_paths.ts";
import { syncDirectory } from "../../store/files/sync_directory.ts";
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
export function recoverIndex(
  directory: string,
  hasher: Hasher,
  calls: FileCalls = SYSTEM_CALLS,
): RecoveredIndex {
  close(lockStore(directory));
  setAside(directory, calls);
  const old = new Salvage(directory, damagedIndexPath(directory));
  let recovered: RecoveredIndex | undefined;
  const { objects } = rebuildIndex(directory, hasher, (database, stored) => {
    recovered = { objects: 0, ...new HistoryRecovery(directory, database, old, stored).run() };
  }, calls);
  const { guessed, operationsLost } = recovered!;
  if (guessed.length === 0 && !operationsLost) removeAside(directory, calls);
  return { ...recovered!, objects };
}

/** The index itself comes last: as long as it is there, what belongs to it is not somebody else's. */
const SUFFIXES = ["-wal", "-shm", ""];

/**
 * Moves the index away with its log, also where a recovery that did not come to its end has begun to. The log of one
 * index must never be found beside another.
 */
function setAside(directory: string, calls: FileCalls): void {
  const aside = damagedIndexPath(directory);
  if (fileExists(indexPath(directory)) && fileExists(aside)) removeAside(directory, calls);
  for (const suffix of SUFFIXES) {
    const path = indexPath(directory) + suffix;
    if (fileExists(path)) calls.rename(path, aside + suffix);
  }
  syncDirectory(directory, calls);
}

function removeAside(directory: string, calls: FileCalls): void {
  for (const suffix of SUFFIXES) {
    if (suffix === "") syncDirectory(directory, calls);
    const path = damagedIndexPath(directory) + suffix;
    if (fileExists(path)) calls.remove(path);
  }
  syncDirectory(directory, calls);
}
