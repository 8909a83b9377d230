/**
 * Operations on names: create, link, unlink, rename.
 *
 * Each comes in two parts. The operation checks, tells the journal and then applies; `apply…` is also
 * what replaying the journal calls, so both always do the same. Rules are those of the POSIX page of the
 * same name and of ext4 where POSIX leaves a choice.
 *
 * @module
 */

import { S_IFDIR, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import { Inode } from "../nodes/inode.ts";
import { RecordType } from "../journal/journal_record.ts";
import { becomeRecorded, decideKeptOut, isKeptOut, leaveKeptOut } from "../kept_out.ts";
import { Status } from "../status.ts";
import { NAME_MAX, type WorkingTree } from "../working_tree.ts";

const S_ISGID = 0o2000;

/** LINK_MAX of ext4. */
const LINK_MAX = 65000;

/** Checks that `name` may be made in `parent`. */
function checkNew(tree: WorkingTree, parent: Inode, name: string): Status {
  const status = tree.load(parent);
  if (status !== Status.Ok) return status;
  if (name.length > NAME_MAX) return Status.NameTooLong;
  if (parent.directory!.entries!.has(name)) return Status.Exists;
  return tree.isOrphan(parent) ? Status.NotFound : Status.Ok;
}

/**
 * Makes a file, directory, symlink (with `target`) or special file. A set-group-ID directory hands its
 * group down, to directories with the bit itself.
 */
export function create(
  tree: WorkingTree,
  parent: Inode,
  name: string,
  mode: number,
  uid: number,
  gid: number,
  rdev: number,
  target: string | null,
): Inode | Status {
  const status = checkNew(tree, parent, name);
  if (status !== Status.Ok) return status;
  const inode = prepare(tree, parent, mode, uid, gid, rdev);
  const logged = logCreate(tree, inode, parent, name, target);
  if (logged !== Status.Ok) return logged;
  applyCreate(tree, inode, parent, name, target);
  return inode;
}

/** Makes a file without a name in the file system of `parent` (O_TMPFILE). */
export function createNameless(
  tree: WorkingTree,
  parent: Inode,
  mode: number,
  uid: number,
  gid: number,
): Inode | Status {
  if (parent.stale) return Status.Stale;
  if (parent.directory === null) return Status.NotDirectory;
  const inode = prepare(tree, parent, mode, uid, gid, 0);
  inode.nlink = 0;
  const logged = logCreate(tree, inode, null, "", null);
  return logged === Status.Ok ? inode : logged;
}

function prepare(
  tree: WorkingTree,
  parent: Inode,
  mode: number,
  uid: number,
  gid: number,
  rdev: number,
): Inode {
  tree.tick();
  let ownMode = mode;
  let ownGid = gid;
  if ((parent.mode & S_ISGID) !== 0) {
    ownGid = parent.gid;
    if ((mode & S_IFMT) === S_IFDIR) ownMode |= S_ISGID;
  }
  const { sec, nsec } = tree.now;
  return tree.newInode(tree.takeInodeNumber(), ownMode, uid, ownGid, rdev, sec, nsec);
}

function logCreate(
  tree: WorkingTree,
  inode: Inode,
  parent: Inode | null,
  name: string,
  target: string | null,
): Status {
  if (parent !== null) {
    const bound = tree.bind(parent);
    if (bound !== Status.Ok) return bound;
  }
  tree.journal.record.begin(RecordType.CREATE)
    .number(parent?.nodeId ?? 0).string(name)
    .number(inode.nodeId).number(inode.ino)
    .number(inode.mode).number(inode.uid).number(inode.gid).number(inode.rdev)
    .string(target ?? "").number(inode.ctimeSec).number(inode.ctimeNsec);
  const status = tree.log();
  if (status === Status.Ok) inode.boundEpoch = tree.journal.epoch;
  return status;
}

export function applyCreate(
  tree: WorkingTree,
  inode: Inode,
  parent: Inode,
  name: string,
  target: string | null,
): void {
  if (target !== null) {
    inode.target = target;
    inode.size = target.length;
  }
  tree.attach(parent, name, inode);
  decideKeptOut(tree, parent, name);
  tree.nameChanged(parent, name);
  tree.touch(parent);
}

/** Gives a file another name. */
export function link(
  tree: WorkingTree,
  inode: Inode,
  parent: Inode,
  name: string,
): Status {
  if (inode.stale) return Status.Stale;
  if (inode.directory !== null) return Status.NotPermitted;
  const status = checkNew(tree, parent, name);
  if (status !== Status.Ok) return status;
  if (inode.nlink >= LINK_MAX) return Status.TooManyLinks;
  const bound = tree.bind(parent) || tree.bind(inode);
  if (bound !== Status.Ok) return bound as Status;
  tree.tick();
  tree.journal.record.begin(RecordType.LINK)
    .number(inode.nodeId).number(parent.nodeId).string(name)
    .number(tree.now.sec).number(tree.now.nsec);
  const logged = tree.log();
  if (logged === Status.Ok) applyLink(tree, inode, parent, name);
  return logged;
}

export function applyLink(tree: WorkingTree, inode: Inode, parent: Inode, name: string): void {
  inode.nlink++;
  if (inode.nlink > 1 && inode.names === null) {
    const { parent, name } = inode;
    inode.names = [];
    inode.addName(parent!, name, parent!.directory!.entries!.get(name)!);
    tree.links.set(inode.ino, inode);
    decideKeptOut(tree, parent!, name);
    tree.nameChanged(inode.parent!, inode.name);
  }
  tree.attach(parent, name, inode);
  decideKeptOut(tree, parent, name);
  tree.nameChanged(parent, name);
  tree.touchChange(inode);
  tree.touch(parent);
}

/** Removes a name of a file; with `directory` that of an empty directory. */
export function unlink(
  tree: WorkingTree,
  parent: Inode,
  name: string,
  directory: boolean,
): Status {
  const inode = tree.lookup(parent, name);
  if (typeof inode === "number") return inode;
  if (directory) {
    if (inode.directory === null) return Status.NotDirectory;
    const status = checkEmpty(tree, inode);
    if (status !== Status.Ok) return status;
  } else if (inode.directory !== null) {
    return Status.IsDirectory;
  }
  const bound = tree.bind(parent) || bindIfKnown(tree, inode);
  if (bound !== Status.Ok) return bound as Status;
  tree.tick();
  tree.journal.record.begin(RecordType.UNLINK)
    .number(parent.nodeId).string(name).number(tree.now.sec).number(tree.now.nsec);
  const logged = tree.log();
  if (logged === Status.Ok) applyUnlink(tree, parent, name);
  return logged;
}

/** The kernel refers to it, so a replay has to find it also when its name is gone. */
function bindIfKnown(tree: WorkingTree, inode: Inode): Status {
  return inode.lookups > 0 ? tree.bind(inode) : Status.Ok;
}

function checkEmpty(tree: WorkingTree, inode: Inode): Status {
  const status = tree.load(inode);
  if (status !== Status.Ok) return status;
  return inode.directory!.entries!.size === 0 ? Status.Ok : Status.NotEmpty;
}

export function applyUnlink(tree: WorkingTree, parent: Inode, name: string): void {
  removeName(tree, parent, name);
  tree.touch(parent);
}

/** The inode loses one name. Its bytes live on while the kernel refers to it. */
function removeName(tree: WorkingTree, parent: Inode, name: string): void {
  const inode = tree.detach(parent, name);
  tree.nameChanged(parent, name);
  leaveKeptOut(parent, name);
  if (inode.directory === null) inode.nlink--;
  tree.touchChange(inode);
}

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;

/** Renames, with the flags of renameat2(2). RENAME_WHITEOUT is refused. */
export function rename(
  tree: WorkingTree,
  fromParent: Inode,
  fromName: string,
  toParent: Inode,
  toName: string,
  flags: number,
): Status {
  const inode = tree.lookup(fromParent, fromName);
  if (typeof inode === "number") return inode;
  const loaded = tree.load(toParent);
  if (loaded !== Status.Ok) return loaded;
  if (tree.isOrphan(toParent)) return Status.NotFound;
  if (toName.length > NAME_MAX) return Status.NameTooLong;
  const exchange = flags === RENAME_EXCHANGE;
  if (!exchange && flags !== 0 && flags !== RENAME_NOREPLACE) return Status.Invalid;
  const target = toParent.directory!.entries!.get(toName)?.inode;
  if (isWithin(toParent, inode)) return Status.Invalid;
  if (exchange) {
    if (target === undefined) return Status.NotFound;
    if (isWithin(fromParent, target)) return Status.Invalid;
  } else if (target !== undefined) {
    if (flags === RENAME_NOREPLACE) return Status.Exists;
    const replaced = checkReplace(tree, inode, target);
    if (replaced !== Status.Ok) return replaced;
  }
  // Two names of one file: rename(2) does nothing and succeeds.
  if (target === inode) return Status.Ok;
  const bound = tree.bind(fromParent) || tree.bind(toParent) || bindIfKnown(tree, inode) ||
    (target === undefined ? Status.Ok : bindIfKnown(tree, target));
  if (bound !== Status.Ok) return bound as Status;
  tree.tick();
  tree.journal.record.begin(RecordType.RENAME)
    .number(fromParent.nodeId).string(fromName).number(toParent.nodeId).string(toName)
    .number(exchange ? 1 : 0).number(tree.now.sec).number(tree.now.nsec);
  const logged = tree.log();
  if (logged === Status.Ok) applyRename(tree, fromParent, fromName, toParent, toName, exchange);
  return logged;
}

/** True if `inode` is `ancestor` or below it. */
export function isWithin(inode: Inode, ancestor: Inode): boolean {
  for (let at: Inode | null = inode; at !== null; at = at.parent) {
    if (at === ancestor) return true;
  }
  return false;
}

function checkReplace(tree: WorkingTree, inode: Inode, target: Inode): Status {
  if (inode === target) return Status.Ok;
  if (target.directory === null) {
    return inode.directory === null ? Status.Ok : Status.NotDirectory;
  }
  return inode.directory === null ? Status.IsDirectory : checkEmpty(tree, target);
}

/** What a name stood for is to get another: a checkpoint may have it under the one that it has. */
function detachToMove(tree: WorkingTree, parent: Inode, name: string): Inode {
  const inode = tree.detach(parent, name);
  tree.nameChanged(parent, name);
  if (isKeptOut(parent, name)) becomeRecorded(tree, inode);
  return inode;
}

export function applyRename(
  tree: WorkingTree,
  fromParent: Inode,
  fromName: string,
  toParent: Inode,
  toName: string,
  exchange: boolean,
): void {
  const target = toParent.directory!.entries!.get(toName)?.inode;
  if (exchange) {
    detachToMove(tree, toParent, toName);
  } else if (target !== undefined) {
    removeName(tree, toParent, toName);
  }
  const inode = detachToMove(tree, fromParent, fromName);
  tree.attach(toParent, toName, inode);
  decideKeptOut(tree, toParent, toName);
  if (exchange) {
    tree.attach(fromParent, fromName, target!);
    decideKeptOut(tree, fromParent, fromName);
    tree.touchChange(target!);
  }
  tree.nameChanged(fromParent, fromName);
  tree.nameChanged(toParent, toName);
  leaveKeptOut(fromParent, fromName);
  tree.touchChange(inode);
  tree.touch(fromParent);
  if (toParent !== fromParent) tree.touch(toParent);
}

/** Makes a regular file's mode complete. */
export function fileMode(permissions: number): number {
  return S_IFREG | (permissions & 0o7777);
}
