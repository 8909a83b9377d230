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

/** Where a program is to stand that is run from here: a branch's directory is not in its own view, where it stands at the project's path. */
export function directoryInView({ source, tree }: RunPlace): string {
  const cwd = absolutePath(".");
  return tree !== null && isWithin(cwd, tree.root) ? join(source, relative(tree.root, cwd)) : cwd;
}
