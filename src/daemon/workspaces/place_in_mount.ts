/**
 * A directory in a mount of ours: which branch it is of, and where the daemon can be spoken to from there.
 *
 * @module
 */

import { join } from "node:path";
import { innerPath, isWithin } from "../../host/mounts.ts";
import { WorkspaceError } from "./workspace.ts";

/** A directory in a mount. */
export interface PlaceInMount {
  /** The directory that is meant. */
  readonly path: string;
  /**
   * Mountpoints that it is in, the deepest first. More than one where a sandbox mounts parts of the tree over themselves.
   */
  readonly mounts: readonly string[];
}

/** The tree of a branch, as a path in the mount. */
export interface BranchTree {
  readonly branch: string;
  readonly root: string;
}

const BRANCHES = ".agentvfs/branches";
const CTL = ".agentvfs/ctl";

/**
 * The branch in whose tree the place is, below `.agentvfs/branches`; null if it is in the tree at a mountpoint.
 *
 * Throws `branch_gone` where it was in one that is gone: who stands there must not act on another branch, unasked.
 */
export async function branchAt({ path, mounts }: PlaceInMount): Promise<BranchTree | null> {
  for (const mount of mounts) {
    const branches = join(mount, BRANCHES);
    const inside = isWithin(path, branches) ? innerPath(path, branches) : "";
    if (inside === "") continue;
    const words = inside.split("/");
    // No branch's name is a directory of another's: the first tree that is met is the one.
    for (let i = 1; i <= words.length; i++) {
      const branch = words.slice(0, i).join("/");
      const root = join(branches, branch);
      if (await isThere(join(root, CTL))) return { branch, root };
    }
    if (await isGone(path)) throw branchGone(words, mount);
  }
  return null;
}

/** Where the tree of a branch is in a mount. */
export function branchDirectory(mount: string, branch: string): string {
  return join(mount, BRANCHES, branch);
}

/** The `ctl` that is about what the place's mount shows; null if none can be seen. */
export async function ctlAt({ mounts }: PlaceInMount): Promise<string | null> {
  for (const mount of mounts) {
    const ctl = join(mount, CTL);
    if (await isThere(ctl)) return ctl;
  }
  return null;
}

function branchGone(words: readonly string[], mount: string): WorkspaceError {
  const path = words.join("/");
  return new WorkspaceError("branch_gone", 1, `There is no branch ${path}, or it is gone`, {
    hint: `Go to another directory, such as ${mount}, or name one with --project; ` +
      "what a deleted branch was stays a checkpoint: agentvfs branch create NAME --from ID",
  });
}

async function isGone(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => false, (error) => error instanceof Deno.errors.NotFound);
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
