/**
 * Changing the tree from behind the kernel, as a rollback and the end of an import do: as a whole or not at all.
 *
 * @module
 */

import { type InodeRecord, S_IFMT, type TreeEntry } from "../../store/trees/entry.ts";
import { StoredContent } from "../nodes/content.ts";
import { emptyDirectory, type Inode } from "../nodes/inode.ts";
import { Invalidation } from "../nodes/invalidation.ts";
import { leaveKeptOut } from "../kept_out.ts";
import { subdirectories } from "../nodes/make_inode.ts";
import { Undo } from "./undo.ts";
import type { WorkingTree } from "../working_tree.ts";

/** True if inode and record are the same file with the same bytes; attributes may differ. */
export function isSameFile(inode: Inode, record: InodeRecord): boolean {
  if (inode.ino !== record.ino || (inode.mode & S_IFMT) !== (record.mode & S_IFMT)) return false;
  if (inode.directory !== null) return true;
  const content = inode.content instanceof StoredContent ? inode.content.content : null;
  return content === record.content && inode.size === record.size && inode.rdev === record.rdev;
}

/**
 * What becomes of an inode that has no name any more: an orphan, which goes on for those who have it open, or nothing
 * that can be used.
 */
type Lost = "orphan" | "stale";

/** True if somebody has set attributes. The times of a directory follow what is in it, and the time of change everything. */
function isTouched(inode: Inode, record: InodeRecord): boolean {
  const { directory, mode, uid, gid, xattrs, mtimeSec, mtimeNsec } = inode;
  if (mode !== record.mode || uid !== record.uid || gid !== record.gid) return true;
  if (xattrs !== record.xattrs) return true;
  return directory === null &&
    (mtimeSec !== record.mtimeSec || mtimeNsec !== record.mtimeNsec);
}

/** True if it has no name, loaded or not. */
export function isNameless({ names, nlink }: Inode): boolean {
  return names === null || (names.length === 0 && nlink === 0);
}

/** The steps, each of which keeps what it is about to change. */
export class Replacement {
  readonly invalidation = new Invalidation();
  readonly undo: Undo;

  private constructor(readonly tree: WorkingTree) {
    this.undo = new Undo(tree);
  }

  /** Makes `change`. If that throws, the tree is as it was. */
  static make(tree: WorkingTree, change: (replacement: Replacement) => void): Invalidation {
    const replacement = new Replacement(tree);
    try {
      change(replacement);
    } catch (error) {
      replacement.undo.takeBack();
      throw error;
    }
    return replacement.invalidation;
  }

  /** Takes over a record's attributes. */
  adoptAttributes(inode: Inode, record: InodeRecord): void {
    const nlink = inode.directory === null ? record.nlink : inode.nlink;
    const isUnloaded = inode.directory?.entries === null;
    if (!isUnloaded && inode.hasAttributesOf(record) && inode.nlink === nlink) return;
    this.undo.inode(inode);
    if (isUnloaded) inode.directory!.subdirectories = subdirectories(record.nlink);
    if (inode.hasAttributesOf(record) && inode.nlink === nlink) return;
    if (isTouched(inode, record)) this.invalidation.touched.push(inode);
    else if (inode.directory === null && inode.nlink !== nlink) {
      this.invalidation.linked.push(inode);
    }
    inode.mode = record.mode;
    inode.uid = record.uid;
    inode.gid = record.gid;
    inode.mtimeSec = inode.atimeSec = record.mtimeSec;
    inode.mtimeNsec = inode.atimeNsec = record.mtimeNsec;
    inode.ctimeSec = record.ctimeSec;
    inode.ctimeNsec = record.ctimeNsec;
    inode.xattrs = record.xattrs;
    inode.nlink = nlink;
    this.invalidation.attribute(inode);
  }

  /**
   * Takes a name and all that is below it away: first what is below it, as one removes a directory. What has no name any
   * more becomes what `lost` says.
   */
  dropName(parent: Inode, name: string, lost: Lost): void {
    const dropped: [Inode, string][] = [[parent, name]];
    // A list goes on with what is added to it meanwhile.
    for (const [directory, name] of dropped) {
      const child = directory.directory!.entries!.get(name)!.inode;
      for (const below of child.directory?.entries?.keys() ?? []) dropped.push([child, below]);
    }
    for (const [directory, name] of dropped.reverse()) {
      const child = this.detach(directory, name);
      const isLast = lost === "orphan" && isNameless(child);
      this.invalidation.entry(directory, name, child, isLast);
      if (child.names !== null && child.names.length > 0) continue;
      if (lost === "orphan") this.leaveOrphan(child);
      else this.markStale(child);
    }
  }

  /** It is gone for good: open handles answer "stale" from now on. */
  markStale(inode: Inode): void {
    const { tree } = this;
    this.undo.inode(inode);
    inode.stale = true;
    inode.parent = null;
    tree.nodes.renamed(inode);
    tree.nodes.orphans.delete(inode);
    this.invalidation.inode(inode);
    if (tree.links.get(inode.ino) === inode) tree.links.delete(inode.ino);
  }

  /**
   * It is as if it had been removed: who has it open or mapped keeps it. Its number is what it is replaced by has, so it gets
   * another. One that has names which are not loaded stays what it is.
   */
  leaveOrphan(inode: Inode): void {
    if (!isNameless(inode)) return;
    const { tree, invalidation } = this;
    this.undo.inode(inode);
    if (tree.links.get(inode.ino) === inode) tree.links.delete(inode.ino);
    inode.names = null;
    inode.nlink = 0;
    if (inode.directory !== null) {
      inode.directory = emptyDirectory();
      invalidation.inode(inode);
    }
    if (inode.lookups === 0) return;
    inode.ino = tree.takeInodeNumber();
    // The journal may tell of it with the number that it had.
    inode.boundEpoch = -1;
    tree.nodes.renamed(inode);
    invalidation.attribute(inode);
  }

  /** Puts a stored name into a loaded directory. */
  addName(parent: Inode, entry: TreeEntry): void {
    const { tree } = this;
    const child = entry.linked ? tree.linked(entry.ino) : tree.fromRecord(entry);
    if (child === null) throw new Error(`Inode ${entry.ino} is missing in the link table`);
    this.attach(parent, entry.name, child);
    this.invalidation.entry(parent, entry.name);
  }

  detach(parent: Inode, name: string): Inode {
    this.undo.inode(parent);
    this.undo.inode(parent.directory!.entries!.get(name)!.inode);
    const child = this.tree.detach(parent, name);
    leaveKeptOut(parent, name);
    return child;
  }

  attach(parent: Inode, name: string, child: Inode): void {
    this.undo.inode(parent);
    this.undo.inode(child);
    this.tree.attach(parent, name, child);
  }
}
