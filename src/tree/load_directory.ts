/**
 * Loading a directory's names when they are first needed.
 *
 * @module
 */

import { S_IFDIR, S_IFMT } from "../store/trees/entry.ts";
import type { SourceListing } from "./nodes/backing.ts";
import type { Inode } from "./nodes/inode.ts";
import { inodeFromListing } from "./nodes/make_inode.ts";
import { Status } from "./status.ts";
import { joinPath, type WorkingTree } from "./working_tree.ts";

/** Loads what the directory's tree object names. */
export function loadFromStore(tree: WorkingTree, inode: Inode): Status {
  const directory = inode.directory!;
  try {
    const records = tree.store.readTree(directory.base);
    // All of them first: what is attached cannot be taken back.
    const children = records.map((record) => {
      const child = record.linked ? tree.linked(record.ino) : tree.fromRecord(record);
      if (child === null) throw new Error(`Inode ${record.ino} is missing in the link table`);
      return child;
    });
    directory.entries = new Map();
    directory.subdirectories = 0;
    records.forEach(({ name }, i) => tree.attach(inode, name, children[i]!));
    return Status.Ok;
  } catch (error) {
    tree.damage.note(error);
    tree.damage.of(inode);
    return Status.InputOutput;
  }
}

/** Loads what the source has at `path`. */
export function loadFromSource(tree: WorkingTree, inode: Inode, path: string): Status {
  const directory = inode.directory!;
  const listing = tree.source!.list(path);
  if (typeof listing === "number") return Status.InputOutput;
  directory.entries = new Map();
  directory.subdirectories = 0;
  for (const item of listing) {
    if (item.skipped !== undefined) continue;
    tree.attach(inode, item.name, sourceInode(tree, joinPath(path, item.name), item));
  }
  return Status.Ok;
}

/** The inode of a listed name; the one that is known if it has several links. */
function sourceInode(tree: WorkingTree, path: string, item: SourceListing): Inode {
  const several = item.nlink > 1 && (item.mode & S_IFMT) !== S_IFDIR;
  const known = several ? tree.links.get(item.ino) : undefined;
  if (known !== undefined) return known;
  const inode = inodeFromListing(tree.nodes.next++, path, item);
  if (several) {
    inode.names = [];
    tree.links.set(item.ino, inode);
    tree.sourceLinks.set(inode, item.nlink);
  }
  return inode;
}
