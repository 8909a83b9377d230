/**
 * How far two commits are apart.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { CommitInfo } from "./commit.ts";

/**
 * Counts the ancestors (and itself) of each commit that the other does not have, without those made for safety. Newer
 * commits are looked at first, so that it reads little more than what it counts; a history that is lost ends
 * the count.
 */
export function countApart(
  commitInfo: (id: ObjectId) => CommitInfo,
  own: ObjectId,
  other: ObjectId,
): { ahead: number; behind: number } {
  const seen = new Map<ObjectId, { commit: CommitInfo; sides: number }>();
  const waiting = new Set<ObjectId>();
  /** Of those waiting, how many only one side is known to have. */
  let apart = 0;
  const reach = (id: ObjectId, sides: number) => {
    let known = seen.get(id);
    if (known === undefined) {
      const commit = readable(commitInfo, id);
      if (commit === null) return;
      seen.set(id, known = { commit, sides: 0 });
    }
    if ((known.sides | sides) === known.sides) return;
    if (waiting.has(id)) apart--;
    known.sides |= sides;
    waiting.add(id);
    if (known.sides !== BOTH) apart++;
  };
  reach(own, OWN);
  reach(other, OTHER);
  while (apart > 0) {
    const newest = [...waiting].reduce((a, b) =>
      seen.get(b)!.commit.time > seen.get(a)!.commit.time ? b : a
    );
    waiting.delete(newest);
    const { commit, sides } = seen.get(newest)!;
    if (sides !== BOTH) apart--;
    for (const parent of commit.parents) reach(parent, sides);
  }
  const count = (side: number) =>
    [...seen.values()].filter(({ commit, sides }) => sides === side && commit.kind !== "safety")
      .length;
  return { ahead: count(OWN), behind: count(OTHER) };
}

const OWN = 1;
const OTHER = 2;
const BOTH = OWN | OTHER;

function readable(commitInfo: (id: ObjectId) => CommitInfo, id: ObjectId): CommitInfo | null {
  try {
    return commitInfo(id);
  } catch {
    return null;
  }
}
