/**
 * The difference between two snapshots with what people ask of it: renames, counts of lines, the lines themselves.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import type { SnapshotChange } from "../snapshots/snapshot_walk.ts";
import { listChanges } from "./diff.ts";
import { findRenames, type Rename } from "./find_renames.ts";
import { type LineChanges, lineChanges } from "./line_changes.ts";
import { patchOf } from "./patch.ts";

export interface DetailOptions {
  /** Only these paths and what is below them (binary strings). */
  readonly paths?: readonly string[];
  /** Look for files that were moved. */
  readonly renames: boolean;
  /** Count lines. */
  readonly lines: boolean;
  /** Make a patch. */
  readonly patch: boolean;
  /** Paths (binary strings) that are not to be told of. */
  readonly without?: (changes: readonly SnapshotChange[]) => ReadonlySet<string>;
}

export interface DetailedChange extends SnapshotChange {
  /** Where an added file was before. */
  readonly rename?: Rename;
  /** Null where there are no lines to count. */
  readonly lines?: LineChanges | null;
}

export interface DetailedDiff {
  readonly changes: readonly DetailedChange[];
  /** A binary string; "" if it was not asked for. */
  readonly patch: string;
}

/** Throws {@linkcode HistoryError} `difference_too_large`. */
export function detailedDiff(
  store: Store,
  a: Snapshot | null,
  b: Snapshot | null,
  { paths, renames, lines, patch, without }: DetailOptions,
): DetailedDiff {
  const all = listChanges(store, a, b, paths === undefined ? {} : { paths });
  const hidden = without?.(all);
  const changes = hidden === undefined || hidden.size === 0
    ? all
    : all.filter(({ path }) => !hidden.has(path));
  const moved = renames ? findRenames(store, changes) : new Map<SnapshotChange, Rename>();
  const left = new Set([...moved.values()].map(({ from }) => from));
  const texts: string[] = [];
  const detailed = changes.map((change): DetailedChange => {
    const rename = moved.get(change);
    if (patch && !left.has(change)) texts.push(patchOf(store, change, rename));
    return {
      ...change,
      ...(rename === undefined ? {} : { rename }),
      ...(lines ? { lines: countedLines(store, change, rename, left) } : {}),
    };
  });
  return { changes: detailed, patch: texts.join("") };
}

function countedLines(
  store: Store,
  change: SnapshotChange,
  rename: Rename | undefined,
  left: ReadonlySet<SnapshotChange>,
): LineChanges | null {
  // Its lines are counted where they went.
  if (left.has(change)) return { added: 0, deleted: 0 };
  return lineChanges(store, rename?.from.before ?? change.before, change.after);
}
