/**
 * Git repositories of a project whose commits would not be made in its mount.
 *
 * A worktree's `.git` may be a file that names the repository's directory. What is named by an absolute path, or lies
 * outside the project, is what it is for the mount as well: git commits there, where no checkpoint sees it and no
 * rollback reaches. A relative path inside the project leads to the mount's own copy (gitrepository-layout(5)).
 *
 * @module
 */

import { isAbsolute, join } from "node:path";
import { innerPath, isWithin } from "../../host/mounts.ts";

/** A worktree in the project whose repository is not in its mount. */
export interface GitElsewhere {
  /** Path of the worktree relative to the project; empty for the project itself. */
  readonly worktree: string;
  /** Directory of the repository, as git would find it. */
  readonly repository: string;
}

/** Looks at the project itself, and at the linked worktrees its repository knows. */
export async function gitElsewhere(source: string): Promise<GitElsewhere[]> {
  const own = await gitDirectory(source);
  if (own === null) return [];
  const found = leads(source, source, own) ? [{ worktree: "", repository: own.path }] : [];
  for (const worktree of await linkedWorktrees(own.path)) {
    const path = isWithin(worktree, source) ? innerPath(worktree, source) : "";
    if (path === "") continue;
    const directory = await gitDirectory(worktree);
    if (directory === null || !leads(source, worktree, directory)) continue;
    found.push({ worktree: path, repository: directory.path });
  }
  return found;
}

interface GitDirectory {
  readonly path: string;
  /** Named by an absolute path. */
  readonly absolute: boolean;
}

/** What `.git` in a directory is or names; null where there is none that git would follow. */
async function gitDirectory(worktree: string): Promise<GitDirectory | null> {
  const path = join(worktree, ".git");
  try {
    const info = await Deno.lstat(path);
    if (info.isDirectory) return { path, absolute: false };
    if (info.isSymlink) return named(worktree, await Deno.readLink(path));
    const [, name] = /^gitdir: (.*?)\n*$/s.exec(await Deno.readTextFile(path)) ?? [];
    return name === undefined ? null : named(worktree, name);
  } catch {
    return null;
  }
}

function named(directory: string, name: string): GitDirectory {
  const absolute = isAbsolute(name);
  return { path: absolute ? name : join(directory, name), absolute };
}

/** True if git at the worktree's place in a mount would leave the mount. */
function leads(source: string, worktree: string, { path, absolute }: GitDirectory): boolean {
  if (path === join(worktree, ".git")) return false;
  return absolute || !isWithin(path, source);
}

/** Directories of the worktrees that a repository says it has. */
async function linkedWorktrees(repository: string): Promise<string[]> {
  const directory = join(repository, "worktrees");
  const worktrees: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory)) {
      const administration = join(directory, name);
      const file = await Deno.readTextFile(join(administration, "gitdir")).catch(() => null);
      if (file === null) continue;
      const path = file.replace(/\n+$/, "");
      worktrees.push(join(isAbsolute(path) ? path : join(administration, path), ".."));
    }
  } catch { /* it has none */ }
  return worktrees.sort();
}
