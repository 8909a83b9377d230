/**
 * The order of commits of which only the objects are left.
 *
 * @module
 */

import type { Row } from "../../store/index/summed_table.ts";
import type { CommitInfo } from "./commit.ts";
import { isOfProject } from "./lineage.ts";

/**
 * All of `commits`: those whose row is `known` in the order of the rows, the others by time; parents first.
 *
 * @param known rows of the table of commits
 */
export function inOrder(known: readonly Row[], commits: readonly CommitInfo[]): CommitInfo[] {
  const sequences = new Map(known.map(({ id, sequence }) => [String(id), Number(sequence)]));
  const byTime = commits.toSorted((a, b) =>
    a.time - b.time || (sequences.get(a.id) ?? Infinity) - (sequences.get(b.id) ?? Infinity)
  );
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const ordered = new Set<CommitInfo>();
  for (const commit of byTime) {
    const path = [commit];
    // Without recursion: a history is long.
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const parent: CommitInfo | undefined = top.parents.map((id) => byId.get(id))
        .find((parent) => parent !== undefined && !ordered.has(parent));
      if (parent !== undefined) path.push(parent);
      else {
        ordered.add(top);
        path.pop();
      }
    }
  }
  return [...ordered];
}

/** By branch, its newest commit that is not one made for safety. */
export function newestOfEach(commits: readonly CommitInfo[]): Map<string, CommitInfo> {
  const newest = new Map<string, CommitInfo>();
  for (const commit of commits) {
    if (isOfProject(commit.kind)) continue;
    if (commit.kind !== "safety" || !newest.has(commit.branch)) newest.set(commit.branch, commit);
  }
  return newest;
}
