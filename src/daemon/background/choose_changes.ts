/**
 * Which of a branch's changes are applied.
 *
 * @module
 */

import { listChanges } from "../../history/diff/diff.ts";
import { pathMatcher } from "../../history/project/path_glob.ts";
import { withPaths } from "../../history/project/with_paths.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";

/** What is wanted of a branch. */
export interface ChosenChanges {
  readonly theirs: Snapshot;
  /** Patterns (binary strings): only these paths. */
  readonly only?: readonly string[];
  /** Leaves `.git` alone. */
  readonly withoutGit: boolean;
}

/** What the branch has, as far as it is wanted; else what is common. */
export function chooseChanges(
  store: StoreWriter,
  base: Snapshot,
  { theirs, only, withoutGit }: ChosenChanges,
  allocateInode: () => number,
): Snapshot {
  const git = [".git"];
  const all = withoutGit ? withPaths(store, theirs, base, git, allocateInode) : theirs;
  if (only === undefined) return all;
  const isWanted = pathMatcher(only);
  const paths = listChanges(store, base, all).map(({ path }) => path).filter(isWanted);
  return withPaths(store, base, all, paths, allocateInode);
}

/**
 * The project as far as a branch is as the base there; else the base. Of git's own files all or nothing: they belong together.
 */
export function chooseUntouched(
  store: StoreWriter,
  base: Snapshot,
  branch: Snapshot,
  project: Snapshot,
  allocateInode: () => number,
): Snapshot {
  const touched = new Set(listChanges(store, base, branch).map(({ path }) => path));
  const isGitTouched = [...touched].some(isOfGit);
  const paths = listChanges(store, base, project).map(({ path }) => path).filter((path) =>
    !touched.has(path) && !(isGitTouched && isOfGit(path))
  );
  return withPaths(store, base, project, paths, allocateInode);
}

function isOfGit(path: string): boolean {
  return path === ".git" || path.startsWith(".git/");
}
