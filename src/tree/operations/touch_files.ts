import type { Inode } from "../nodes/inode.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";
import { setAttributes } from "./attributes.ts";

/**
 * Gives files, by paths from the root (binary strings), the present as their time of modification. Returns those that were
 * touched, and why one could not be; one that is not there is left out.
 */
export function touchFiles(
  tree: WorkingTree,
  paths: readonly string[],
): { readonly touched: Inode[]; readonly status: Status } {
  const touched: Inode[] = [];
  for (const path of paths) {
    const inode = find(tree, path);
    if (inode === null || !inode.isFile) continue;
    const status = setAttributes(tree, inode, { mtime: "now" });
    if (status !== Status.Ok) return { touched, status };
    touched.push(inode);
  }
  return { touched, status: Status.Ok };
}

function find(tree: WorkingTree, path: string): Inode | null {
  let at = tree.root;
  for (const name of path.split("/")) {
    const found = tree.lookup(at, name);
    if (typeof found === "number") return null;
    at = found;
  }
  return at;
}
