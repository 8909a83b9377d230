/**
 * Where in the project's repository its history begins to be agentvfs's.
 *
 * @module
 */

import type { CommitInfo } from "../../history/commits/commit.ts";
import type { Store } from "../../store/store.ts";
import type { Repository } from "./repository.ts";
import { snapshotHead } from "./snapshot_head.ts";

/** HEAD of the project when it was imported; null if it had none. */
export async function baseCommit(
  { git }: Repository,
  store: Store,
  first: CommitInfo,
): Promise<string | null> {
  const own = first.compacted ? null : snapshotHead(store, first.snapshot, "");
  const verify = (name: string) => git.ask("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
  if (own !== null && await verify(own) !== null) return own;
  // Of a worktree, or a project in a larger repository, git's own log of HEAD knows.
  const time = new Date(first.time).toISOString().replace(/\.\d+Z$/, " +0000").replace("T", " ");
  return await verify(`HEAD@{${time}}`) ?? await verify("HEAD");
}
