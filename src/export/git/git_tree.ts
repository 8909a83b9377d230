/**
 * What the tree of a commit has of the project.
 *
 * @module
 */

import type { Repository } from "./repository.ts";

export interface GitTreeEntry {
  readonly mode: string;
  readonly id: string;
}

/** Path in the project to what git has there; binary strings. */
export type GitTree = Map<string, GitTreeEntry>;

/** The tree of `commit`, as far as it is the project's. */
export async function readGitTree(
  { git, prefix }: Repository,
  commit: string | null,
): Promise<GitTree> {
  const tree: GitTree = new Map();
  if (commit === null) return tree;
  const where = prefix === "" ? commit : `${commit}:${prefix.slice(0, -1)}`;
  // Of a project that the commit does not have yet.
  if (await git.ask("rev-parse", "--verify", "--quiet", where) === null) return tree;
  const listed = await git.succeed(["ls-tree", "-r", "-z", "--full-tree", where]);
  for (const line of listed.split("\0").slice(0, -1)) {
    const [, mode, id, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line)!;
    tree.set(path!, { mode: mode!, id: id! });
  }
  return tree;
}
