import type { Inode, Name } from "./nodes/inode.ts";
import { Status } from "./status.ts";
import type { WorkingTree } from "./working_tree.ts";

/**
 * Loads directories until all names of a file with several are known, or all directories are. Returns those that are.
 * Where a directory cannot be read, the names in it stay unknown.
 */
export function loadNames(tree: WorkingTree, inode: Inode): readonly Name[] {
  const names = inode.names!;
  const waiting = [tree.root];
  while (names.length < inode.nlink) {
    const directory = waiting.pop();
    if (directory === undefined) break;
    if (tree.load(directory) !== Status.Ok) continue;
    for (const { inode: child } of directory.directory!.entries!.values()) {
      if (child.directory !== null) waiting.push(child);
    }
  }
  return names;
}
