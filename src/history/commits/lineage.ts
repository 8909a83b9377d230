/**
 * Which parents of a commit are history of its branch.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { Commit } from "./commit.ts";

/**
 * The commits that were made before it. A refresh has the project as its second parent, which is no history: two branches
 * that took the same changes over have no more in common than before. What tells of the project has no history at all.
 */
export function lineage({ kind, parents }: Pick<Commit, "kind" | "parents">): readonly ObjectId[] {
  if (kind === "project" || kind === "apply") return [];
  return kind === "refresh" ? parents.filter((_, i) => i !== 1) : parents;
}

/** True for what is no state of a branch. */
export function isOfProject(kind: Commit["kind"]): boolean {
  return kind === "project" || kind === "apply";
}
