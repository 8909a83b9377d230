import { join, relative } from "node:path";
import type { BranchTree } from "../../daemon/workspaces/place_in_mount.ts";
import { absolutePath } from "../../host/current_directory.ts";
import { isWithin } from "../../host/mounts.ts";

/** What a run has to know of the daemon. */
export interface RunPlace {
  readonly source: string;
  readonly mount: string;
  readonly store: string;
  readonly socket: string;
  /** That is meant by default: main, or from inside a run its own. */
  readonly branch: string;
  /** The branch in whose directory one stands. */
  readonly tree: BranchTree | null;
}

/**
 * Where a program is to stand that is run from here: a branch's directory is not in its own view, where it stands at the
 * project's path.
 *
 * @param at where else the branch is shown
 * @param elsewhere for who stands in no directory that shows the branch: what a program does there is not done in the branch
 */
export function directoryInView(
  { source, mount, tree }: RunPlace,
  at: readonly string[],
  elsewhere: string,
): string {
  const inView = (path: string) =>
    tree !== null && isWithin(path, tree.root) ? join(source, relative(tree.root, path)) : path;
  const directory = inView(absolutePath("."));
  const isShown = [source, mount, ...at].some((root) => isWithin(directory, root));
  return isShown ? directory : inView(elsewhere);
}
