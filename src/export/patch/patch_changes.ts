/**
 * Which changes are in a patch: those that are git's, as it would tell them.
 *
 * @module
 */

import { diffSnapshots, listChanges } from "../../history/diff/diff.ts";
import { pathMatcher } from "../../history/project/path_glob.ts";
import type { SnapshotChange } from "../../history/snapshots/snapshot_walk.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { baseCommit } from "../git/base_commit.ts";
import { readGitTree } from "../git/git_tree.ts";
import type { Repository } from "../git/repository.ts";
import { RuleFiles } from "../git/rule_files.ts";
import { gitMode, isGitsOwn } from "../git_entry.ts";

export interface PatchOptions {
  readonly from: Snapshot;
  readonly to: Snapshot;
  /** Patterns of what is wanted; null for everything. */
  readonly only: readonly string[] | null;
  /** Whose rules say what is ignored, and the oldest checkpoint there is; null: nothing is ignored. */
  readonly repository: { readonly of: Repository; readonly first: CommitInfo } | null;
}

/** The changes, and how many are left out because git ignores them. */
export async function patchChanges(
  store: Store,
  { from, to, only, repository }: PatchOptions,
): Promise<{ changes: SnapshotChange[]; ignored: number }> {
  const isWanted = only === null ? null : pathMatcher(only);
  const all = listChanges(store, from, to)
    .filter(({ path }) => !isGitsOwn(path) && (isWanted === null || isWanted(path)));
  if (repository === null) return { changes: all, ignored: 0 };
  const { of, first } = repository;
  const tracked = await readGitTree(of, await baseCommit(of, store, first));
  using rules = new RuleFiles(of);
  for (const { path, after } of diffSnapshots(store, null, to)) {
    if (!isGitsOwn(path)) rules.set(store, path, after);
  }
  const paths = all.map(({ path }) => path).filter((path) => !tracked.has(path));
  const ignored = await rules.ignored(paths);
  const changes = all.filter(({ path }) => !ignored.has(path));
  const isFile = ({ before, after }: SnapshotChange) =>
    [before, after].some((record) => gitMode(record) !== null);
  return { changes, ignored: all.filter(isFile).length - changes.filter(isFile).length };
}
