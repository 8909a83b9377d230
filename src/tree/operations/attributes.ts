/**
 * Operations on attributes: mode, owner, times and extended attributes.
 *
 * @module
 */

import type { Timestamp } from "../../host/clock.ts";
import type { Inode } from "../nodes/inode.ts";
import { RecordType } from "../journal/journal_record.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";

const S_ISUID = 0o4000;
const S_ISGID = 0o2000;
const S_IXGRP = 0o010;

/** Limits of xattr(7). */
const XATTR_NAME_MAX = 255;
const XATTR_SIZE_MAX = 65536;

/** What {@linkcode setAttributes} is to change; what is absent stays. */
export interface AttributeChange {
  /** Permission bits. */
  mode?: number | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  atime?: Timestamp | "now" | undefined;
  mtime?: Timestamp | "now" | undefined;
  /** As {@linkcode withoutPrivileges} takes it, where the change drops privileges. */
  outsider?: boolean;
}

/**
 * The mode a file has after somebody without CAP_FSETID wrote to it or it got another owner. Set-group-ID
 * without group execution stays (it once meant mandatory locking), except if an `outsider` did it: one who is
 * not in the file's group.
 */
export function withoutPrivileges(mode: number, outsider: boolean): number {
  const kept = mode & ~S_ISUID;
  return outsider || (mode & S_IXGRP) !== 0 ? kept & ~S_ISGID : kept;
}

export function setAttributes(tree: WorkingTree, inode: Inode, change: AttributeChange): Status {
  if (inode.stale) return Status.Stale;
  const bound = tree.bind(inode);
  if (bound !== Status.Ok) return bound;
  tree.tick();
  let mode = inode.mode;
  if (change.mode !== undefined) mode = (mode & ~0o7777) | (change.mode & 0o7777);
  const owned = change.uid !== undefined || change.gid !== undefined;
  if (owned && inode.directory === null && change.mode === undefined) {
    mode = withoutPrivileges(mode, change.outsider ?? false);
  }
  const atime = change.atime === "now" ? tree.now : change.atime;
  const mtime = change.mtime === "now" ? tree.now : change.mtime;
  const values = [
    mode,
    change.uid ?? inode.uid,
    change.gid ?? inode.gid,
    atime?.sec ?? inode.atimeSec,
    atime?.nsec ?? inode.atimeNsec,
    mtime?.sec ?? inode.mtimeSec,
    mtime?.nsec ?? inode.mtimeNsec,
    tree.now.sec,
    tree.now.nsec,
  ] as const;
  const record = tree.journal.record.begin(RecordType.ATTRIBUTES).number(inode.nodeId);
  for (const value of values) record.number(value);
  const logged = tree.log();
  if (logged === Status.Ok) applyAttributes(tree, inode, ...values);
  return logged;
}

export function applyAttributes(
  tree: WorkingTree,
  inode: Inode,
  mode: number,
  uid: number,
  gid: number,
  atimeSec: number,
  atimeNsec: number,
  mtimeSec: number,
  mtimeNsec: number,
  ctimeSec: number,
  ctimeNsec: number,
): void {
  inode.mode = mode;
  inode.uid = uid;
  inode.gid = gid;
  inode.atimeSec = atimeSec;
  inode.atimeNsec = atimeNsec;
  inode.mtimeSec = mtimeSec;
  inode.mtimeNsec = mtimeNsec;
  inode.ctimeSec = ctimeSec;
  inode.ctimeNsec = ctimeNsec;
  tree.changed(inode);
}

/**
 * Namespaces that disks have. POSIX ACLs (`system.`) are refused as a whole: half an ACL would be worse than
 * none. Who may use which is checked by the kernel.
 */
const NAMESPACE = /^(user|trusted|security)\./;

function checkName(name: string): Status {
  const namespace = NAMESPACE.exec(name);
  if (namespace === null) return Status.NotSupported;
  return namespace[0].length === name.length ? Status.Invalid : Status.Ok;
}

export function getXattr(
  tree: WorkingTree,
  inode: Inode,
  name: string,
): Uint8Array<ArrayBuffer> | Status {
  if (inode.stale) return Status.Stale;
  return checkName(name) || (tree.xattrs(inode).get(name) ?? Status.NoAttribute);
}

/** Flags of setxattr(2). */
export const XATTR_CREATE = 1;
export const XATTR_REPLACE = 2;

/** Sets an extended attribute, or removes it if `value` is null. */
export function setXattr(
  tree: WorkingTree,
  inode: Inode,
  name: string,
  value: Uint8Array<ArrayBuffer> | null,
  flags: number,
): Status {
  if (inode.stale) return Status.Stale;
  const named = checkName(name);
  if (named !== Status.Ok) return named;
  if (name.length > XATTR_NAME_MAX) return Status.Range;
  if (value !== null && value.length > XATTR_SIZE_MAX) return Status.TooBig;
  const present = tree.xattrs(inode).has(name);
  if (value === null && !present) return Status.NoAttribute;
  if ((flags & XATTR_CREATE) !== 0 && present) return Status.Exists;
  if ((flags & XATTR_REPLACE) !== 0 && !present) return Status.NoAttribute;
  const bound = tree.bind(inode);
  if (bound !== Status.Ok) return bound;
  tree.tick();
  tree.journal.record.begin(RecordType.XATTR).number(inode.nodeId).string(name)
    .number(value === null ? 0 : 1).blob(value ?? new Uint8Array())
    .number(tree.now.sec).number(tree.now.nsec);
  const logged = tree.log();
  if (logged === Status.Ok) applyXattr(tree, inode, name, value);
  return logged;
}

export function applyXattr(
  tree: WorkingTree,
  inode: Inode,
  name: string,
  value: Uint8Array<ArrayBuffer> | null,
): void {
  // A new map each time: a checkpoint under way may hold the old one.
  const xattrs = new Map(tree.xattrs(inode));
  if (value === null) xattrs.delete(name);
  else xattrs.set(name, value);
  inode.xattrs = xattrs.size === 0 ? null : xattrs;
  tree.touchChange(inode);
}
