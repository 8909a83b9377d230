/**
 * Steps shared by everything that changes the tree from behind the kernel: a rollback and the end of an
 * import.
 *
 * @module
 */

import { type InodeRecord, S_IFMT, type TreeEntry } from "../../store/trees/entry.ts";
import { StoredContent } from "../nodes/content.ts";
import type { Inode } from "../nodes/inode.ts";
import type { Invalidation } from "../nodes/invalidation.ts";
import { subdirectories } from "../nodes/make_inode.ts";
import type { WorkingTree } from "../working_tree.ts";

/** True if inode and record are the same file with the same bytes; attributes may differ. */
export function isSameFile(inode: Inode, record: InodeRecord): boolean {
  if (inode.ino !== record.ino || (inode.mode & S_IFMT) !== (record.mode & S_IFMT)) return false;
  if (inode.directory !== null) return true;
  const content = inode.content instanceof StoredContent ? inode.content.content : null;
  return content === record.content && inode.size === record.size && inode.rdev === record.rdev;
}

/** Takes over a record's attributes. */
export function adoptAttributes(
  inode: Inode,
  record: InodeRecord,
  invalidation: Invalidation,
): void {
  const nlink = inode.directory === null ? record.nlink : inode.nlink;
  if (inode.directory?.entries === null) {
    inode.directory.subdirectories = subdirectories(record.nlink);
  }
  if (inode.hasAttributesOf(record) && inode.nlink === nlink) return;
  inode.mode = record.mode;
  inode.uid = record.uid;
  inode.gid = record.gid;
  inode.mtimeSec = inode.atimeSec = record.mtimeSec;
  inode.mtimeNsec = inode.atimeNsec = record.mtimeNsec;
  inode.ctimeSec = record.ctimeSec;
  inode.ctimeNsec = record.ctimeNsec;
  inode.xattrs = record.xattrs;
  inode.nlink = nlink;
  invalidation.attribute(inode);
}

/** Takes a name and all that is below it away; open handles answer "stale" from now on. */
export function dropName(
  tree: WorkingTree,
  parent: Inode,
  name: string,
  invalidation: Invalidation,
): void {
  const child = tree.detach(parent, name);
  invalidation.entry(parent, name);
  if (child.names === null || child.names.length === 0) markStale(tree, child, invalidation);
}

/** Replaced for good. */
export function markStale(tree: WorkingTree, inode: Inode, invalidation: Invalidation): void {
  inode.stale = true;
  inode.parent = null;
  tree.nodes.renamed(inode);
  tree.nodes.orphans.delete(inode);
  invalidation.inode(inode);
  if (tree.links.get(inode.ino) === inode) tree.links.delete(inode.ino);
  const entries = inode.directory?.entries;
  if (entries === null || entries === undefined) return;
  for (const name of [...entries.keys()]) dropName(tree, inode, name, invalidation);
}

/** Puts a stored name into a loaded directory. */
export function addName(
  tree: WorkingTree,
  parent: Inode,
  entry: TreeEntry,
  invalidation: Invalidation,
): void {
  const child = entry.linked ? tree.linked(entry.ino) : tree.fromRecord(entry);
  if (child === null) throw new Error(`Inode ${entry.ino} is missing in the link table`);
  tree.attach(parent, entry.name, child);
  invalidation.entry(parent, entry.name);
}
