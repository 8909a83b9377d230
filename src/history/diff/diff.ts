/**
 * The difference between two snapshots. Its cost follows what differs.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import type { ChangeCounts } from "../commits/commit.ts";
import { HistoryError } from "../commits/history_error.ts";
import { type SnapshotChange, SnapshotWalk } from "../snapshots/snapshot_walk.ts";

export type { ChangeStatus, SnapshotChange } from "../snapshots/snapshot_walk.ts";
export type { ChangeDetail } from "../snapshots/compare_records.ts";

export interface DiffOptions {
  /** Only these paths and what is below them (binary strings, "" for everything). */
  readonly paths?: readonly string[];
  /** Stop after this many changes. */
  readonly limit?: number;
}

/**
 * Every path that is different in `b` from what it is in `a` (null stands for nothing at all): by kind, mode,
 * owner, content and extended attributes. A directory comes before what is in it; added and deleted
 * directories come with every path below them.
 */
export function* diffSnapshots(
  store: Store,
  a: Snapshot | null,
  b: Snapshot | null,
  options: DiffOptions = {},
): Generator<SnapshotChange> {
  let left = options.limit ?? Infinity;
  const paths = options.paths === undefined ? [""] : withoutNested(options.paths);
  for (const path of paths) {
    for (const change of new SnapshotWalk(store, a, b, { findLinks: true }).below(path)) {
      if (left-- <= 0) return;
      yield change;
    }
  }
}

/** Characters of all paths of a difference that can be told as one text. Deep trees have paths as long as they are deep. */
const LISTED_PATHS_MAX = 128 * 1024 * 1024;

/** All that {@linkcode diffSnapshots} finds. Throws {@linkcode HistoryError} `difference_too_large`. */
export function listChanges(
  store: Store,
  a: Snapshot | null,
  b: Snapshot | null,
  options: DiffOptions = {},
): SnapshotChange[] {
  const changes: SnapshotChange[] = [];
  let characters = 0;
  for (const change of diffSnapshots(store, a, b, options)) {
    characters += change.path.length;
    if (characters > LISTED_PATHS_MAX) {
      throw new HistoryError(
        "difference_too_large",
        `Cannot list what differs: the paths are longer than ${
          LISTED_PATHS_MAX / 2 ** 20
        } MiB together`,
      );
    }
    changes.push(change);
  }
  return changes;
}

/** How many paths {@linkcode diffSnapshots} would list; a change of type counts as modified. */
export function countChanges(store: Store, a: Snapshot | null, b: Snapshot | null): ChangeCounts {
  const counts = { added: 0, modified: 0, deleted: 0 };
  const walk = new SnapshotWalk(store, a, b, {
    findLinks: false,
    collapse: (status, entries) => counts[status === "A" ? "added" : "deleted"] += entries,
  });
  for (const { status } of walk.all()) {
    if (status === "A") counts.added++;
    else if (status === "D") counts.deleted++;
    else counts.modified++;
  }
  counts.modified += walk.unseenLinks;
  return counts;
}

/** The paths in the order of their bytes, without those that lie below another one. */
export function withoutNested(paths: readonly string[]): string[] {
  if (paths.includes("")) return [""];
  const outer: string[] = [];
  // With a slash behind them, what is below a path comes right after it.
  for (const path of [...new Set(paths)].map((path) => `${path}/`).sort()) {
    if (outer.length === 0 || !path.startsWith(outer.at(-1)!)) outer.push(path);
  }
  return outer.map((path) => path.slice(0, -1)).sort();
}
