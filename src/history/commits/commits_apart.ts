/**
 * The commits that one history has and another has not.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { CommitInfo } from "./commit.ts";
import { lineage } from "./lineage.ts";

export interface CommitsApart {
  /** Newest first. */
  readonly own: readonly CommitInfo[];
  readonly other: readonly CommitInfo[];
}

/**
 * The ancestors (and itself) of each commit that the other does not have. Newer commits are looked at first, so that it
 * reads little more than what it finds; a history that is lost ends there.
 */
export function commitsApart(
  commitInfo: (id: ObjectId) => CommitInfo,
  own: ObjectId,
  other: ObjectId,
): CommitsApart {
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
    if (waiting.has(id)) apart -= known.sides === BOTH ? 0 : 1;
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
    for (const parent of lineage(commit)) reach(parent, sides);
  }
  const found = [...seen.values()].sort((a, b) => b.commit.time - a.commit.time);
  const of = (side: number) =>
    found.filter(({ sides }) => sides === side).map(({ commit }) => commit);
  return { own: of(OWN), other: of(OTHER) };
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
