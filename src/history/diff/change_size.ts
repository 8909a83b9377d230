/**
 * How much a change takes away: the paths it deletes or rewrites.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { SnapshotWalk } from "../snapshots/snapshot_walk.ts";
import { withoutNested } from "./diff.ts";

export interface LostPaths {
  /** With other content, attributes or type than before. */
  modified: number;
  deleted: number;
}

export interface ChangeSize extends LostPaths {
  /** Paths that there were before. */
  readonly total: number;
  /** By the first directory on the way (binary string), "" for what is in the root itself. */
  readonly directories: ReadonlyMap<string, Readonly<LostPaths>>;
}

/**
 * Reads trees that differ, no contents, and not what is below a directory that is deleted as a whole.
 *
 * @param paths only at these and below them (binary strings)
 */
export function changeSize(
  store: Store,
  from: Snapshot,
  to: Snapshot,
  paths: readonly string[] = [""],
): ChangeSize {
  const directories = new Map<string, LostPaths>();
  const all: LostPaths = { modified: 0, deleted: 0 };
  const add = (path: string, what: keyof LostPaths, count = 1) => {
    const name = path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
    const lost = directories.get(name) ?? { modified: 0, deleted: 0 };
    lost[what] += count;
    all[what] += count;
    directories.set(name, lost);
  };
  const below = (status: "A" | "D", entries: number, path: string) => {
    if (status === "D") add(`${path}/`, "deleted", entries);
  };
  for (const path of withoutNested(paths)) {
    const walk = new SnapshotWalk(store, from, to, { findLinks: false, collapse: below });
    for (const { path: changed, status } of walk.below(path)) {
      if (status !== "A") add(changed, status === "D" ? "deleted" : "modified");
    }
  }
  return { ...all, total: from.root.entries, directories };
}
