/**
 * Steps shared by everything that changes the tree from behind the kernel: a rollback and the end of an
 * import.
 *
 * @module
 */

import { type InodeRecord, S_IFMT, type TreeEntry } from "../../store/trees/entry.ts";
import { StoredContent } from "../nodes/content.ts";
import { emptyDirectory, type Inode } from "../nodes/inode.ts";
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

/** What becomes of an inode of which no name is loaded any more. */
type Lose = (tree: WorkingTree, inode: Inode, invalidation: Invalidation) => void;

/** Takes a name and all that is below it away: first what is below it, as one removes a directory. */
export function dropName(
  tree: WorkingTree,
  parent: Inode,
  name: string,
  invalidation: Invalidation,
  lose: Lose,
): void {
  const child = parent.directory!.entries!.get(name)!.inode;
  for (const below of [...child.directory?.entries?.keys() ?? []]) {
    dropName(tree, child, below, invalidation, lose);
  }
  tree.detach(parent, name);
  invalidation.entry(parent, name, lose === leaveOrphan && isNameless(child) ? child : null);
  if (child.names === null || child.names.length === 0) lose(tree, child, invalidation);
}

function isNameless({ names, nlink }: Inode): boolean {
  return names === null || (names.length === 0 && nlink === 0);
}

/** It is gone for good: open handles answer "stale" from now on. */
export function markStale(tree: WorkingTree, inode: Inode, invalidation: Invalidation): void {
  inode.stale = true;
  inode.parent = null;
  tree.nodes.renamed(inode);
  tree.nodes.orphans.delete(inode);
  invalidation.inode(inode);
  if (tree.links.get(inode.ino) === inode) tree.links.delete(inode.ino);
}

/**
 * It is as if it had been removed: who has it open or mapped keeps it. Its number is what it is replaced by has, so it gets
 * another. One that has names which are not loaded stays what it is.
 */
export function leaveOrphan(tree: WorkingTree, inode: Inode, invalidation: Invalidation): void {
  if (!isNameless(inode)) return;
  if (tree.links.get(inode.ino) === inode) tree.links.delete(inode.ino);
  inode.names = null;
  inode.nlink = 0;
  if (inode.directory !== null) {
    inode.directory = emptyDirectory();
    invalidation.inode(inode);
  }
  if (inode.lookups === 0) return;
  inode.ino = tree.takeInodeNumber();
  tree.nodes.renamed(inode);
  invalidation.attribute(inode);
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
