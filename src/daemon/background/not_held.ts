/**
 * What an apply wrote and the project does not have of it: modes, owners and extended attributes for which the file system there
 * has no place, or nobody the right.
 *
 * @module
 */

import { listChanges } from "../../history/diff/diff.ts";
import { changedDetails, kindsDiffer } from "../../history/snapshots/compare_records.ts";
import { lookupPath } from "../../history/snapshots/lookup_path.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { S_IFDIR, S_IFMT, type Snapshot } from "../../store/trees/entry.ts";

/** `after`: the project. `result`: what it was to become. `common`: what is said to be common then. */
export interface Applied {
  readonly after: Snapshot;
  readonly result: Snapshot;
  readonly common: Snapshot;
}

/**
 * Files of `paths` that the project has with other attributes than they were to get. Only those that are common as a whole: what
 * was merged on the way is neither side's.
 */
export function notHeld(
  store: StoreWriter,
  { after, result, common }: Applied,
  paths: ReadonlySet<string>,
): string[] {
  return listChanges(store, after, result).filter(({ path, status }) => {
    if (!paths.has(path) || status !== "M") return false;
    const [has, said] = [after, common].map((snapshot) => lookupPath(store, snapshot, path));
    if (!has || !said || (has.mode & S_IFMT) === S_IFDIR || kindsDiffer(has, said)) return false;
    return !changedDetails(has, said).some((detail) => detail === "content" || detail === "target");
  }).map(({ path }) => path);
}
