/**
 * Which rows of an index may tell what a file is, and was called.
 *
 * @module
 */

import type { Part } from "../../telemetry/index/part.ts";
import { INDEXED_ACTIONS } from "../../telemetry/index/part_layout.ts";
import { EMPTY_HASH, hashOn } from "../../telemetry/index/path_hash.ts";

const MOVES = new Set(
  (["checkpoint", "move"] as const).map((each) => INDEXED_ACTIONS.indexOf(each)),
);

/** By the hashes alone: of files, and of what was given a name that one of them or a directory above it has. */
export function mayTellOf(part: Part, names: ReadonlySet<string>): boolean {
  if (part.mayHave([...names])) return true;
  const { target, pathHash } = part;
  if (target.length === 0) return false;
  const above = new Set(directoriesAbove(names).map((path) => hashOn(EMPTY_HASH, path)));
  for (let i = 1; i < target.length; i += 2) if (above.has(pathHash[target[i]!]!)) return true;
  return false;
}

/** Rows about files, or with a name that one of them or a directory above it was given, the oldest first. */
export function rowsAbout(part: Part, names: ReadonlySet<string>): number[] {
  const placesOf = (paths: Iterable<string>) =>
    [...paths].map((path) => part.placeOf(path)).filter((place) => place >= 0);
  const { path, target } = part;
  const selves = placesOf(names);
  const above = target.length === 0 ? [] : placesOf(directoriesAbove(names));
  const given = new Set([...selves, ...above]);
  const rows = new Set<number>();
  for (const self of selves) {
    for (let row = path.indexOf(self); row >= 0; row = path.indexOf(self, row + 1)) rows.add(row);
  }
  for (let i = 0; i < target.length; i += 2) if (given.has(target[i + 1]!)) rows.add(target[i]!);
  return [...rows].sort((a, b) => a - b);
}

/** Rows that tell of checkpoints, and of branches that became something else, the oldest first. */
export function rowsOfMoves({ action }: Part): number[] {
  const rows: number[] = [];
  for (const move of MOVES) {
    for (let row = action.indexOf(move); row >= 0; row = action.indexOf(move, row + 1)) {
      rows.push(row);
    }
  }
  return rows.sort((a, b) => a - b);
}

function directoriesAbove(names: ReadonlySet<string>): string[] {
  const above = new Set<string>();
  for (const name of names) {
    for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1)) {
      above.add(name.slice(0, at));
    }
  }
  return [...above];
}
