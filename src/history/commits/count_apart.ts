/**
 * How far two commits are apart.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { CommitInfo } from "./commit.ts";
import { commitsApart } from "./commits_apart.ts";

/** Counts what {@linkcode commitsApart} finds, without those made for safety. */
export function countApart(
  commitInfo: (id: ObjectId) => CommitInfo,
  own: ObjectId,
  other: ObjectId,
): { ahead: number; behind: number } {
  const apart = commitsApart(commitInfo, own, other);
  const count = (side: readonly CommitInfo[]) =>
    side.filter(({ kind }) => kind !== "safety").length;
  return { ahead: count(apart.own), behind: count(apart.other) };
}
