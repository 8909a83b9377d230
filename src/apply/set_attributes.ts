/**
 * Gives an open file what its record says: owner, extended attributes, time and mode.
 *
 * @module
 */

import { binaryName, cString } from "../../ffi/binary_string.ts";
import { failureCode } from "../host/failure.ts";
import { emptyStat, fstat, type Stat } from "../host/files.ts";
import { getxattr, listxattr, pathOfDescriptor } from "../host/project_files.ts";
import { lgetxattr, llistxattr, pathOfEntry } from "../host/source_files.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import { type InodeRecord, S_IFDIR, S_IFLNK, S_IFMT } from "../store/trees/entry.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";
import type { ApplyContext } from "./apply_context.ts";
import { callFailed } from "./apply_error.ts";
import { kindOf } from "./inspect.ts";
import type { XattrPlace } from "./project_calls.ts";

/** Something open, and where it is. */
export interface OpenEntry {
  readonly path: SourcePath;
  /** May be open with O_PATH. */
  readonly fd: number;
  readonly directory: number;
  /** The name that it has now, perhaps not that of `path`. */
  readonly name: string;
  /** What it is so far. */
  readonly stat: Stat;
}

const PERMISSION_BITS = 0o7777;
const SET_ID_BITS = 0o6000;
/** XATTR_LIST_MAX and XATTR_SIZE_MAX of Linux. */
const XATTR_BYTES = 65536;

/** What the file system or the system has no room or no right for. What is written is the better for being there without it. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  "EPERM",
  "EACCES",
  "EINVAL",
  "EOPNOTSUPP",
  "ENOSYS",
  "ENODATA",
  "ERANGE",
]);

export interface AttributeOptions {
  /** The extended attributes that it has so far; those of them that the record has not are removed. */
  readonly xattrs: ObjectId | null;
  /** We made it: then what cannot be set is what the file system there does not have. */
  readonly isOurs: boolean;
  /** Its modification time as well. */
  readonly time: boolean;
}

/** Throws {@linkcode ApplyError} where something fails that has to work; what is not kept otherwise is reported. */
export function setAttributes(
  context: ApplyContext,
  entry: OpenEntry,
  record: InodeRecord,
  options: AttributeOptions,
): void {
  const { calls } = context;
  const { fd, stat } = entry;
  const isSymlink = kindOf(stat) === S_IFLNK;
  let mode = record.mode & PERMISSION_BITS;
  const isOthers = stat.uid !== record.uid || stat.gid !== record.gid;
  if (isOthers && !setOwner(context, entry, record)) {
    // A program that runs as its owner must not begin to run as us.
    if ((record.mode & S_IFMT) !== S_IFDIR) mode &= ~SET_ID_BITS;
  }
  setXattrs(context, entry, record.xattrs, options.xattrs);
  const check = (what: string, result: number) => {
    if (result >= 0) return;
    if (!options.isOurs || !NOT_KEPT.has(failureCode(result))) {
      throw callFailed(`set the ${what} of`, `${entry.path}`, result);
    }
    notKept(context, entry, what, result);
  };
  if (options.time) check("time", calls.setTime(fd, record.mtimeSec, record.mtimeNsec));
  // A change of the owner may have taken bits away. The mode comes last: with it the file is as it should be.
  if (!isSymlink && (isOthers || (stat.mode & PERMISSION_BITS) !== mode)) {
    const result = calls.chmod(fd, mode);
    check("mode", result);
    if (result >= 0 && !hasMode(fd, mode)) {
      context.report.notKept.push({ path: `${entry.path}`, reason: "its mode is not kept there" });
    }
  }
}

/** Some file systems have one mode for all, and say nothing when another is set. */
function hasMode(fd: number, mode: number): boolean {
  const stat = emptyStat();
  return fstat(fd, stat) < 0 || (stat.mode & PERMISSION_BITS) === mode;
}

/** Returns false if it is not the record's. */
function setOwner({ calls, report }: ApplyContext, entry: OpenEntry, record: InodeRecord): boolean {
  const result = calls.chown(entry.fd, record.uid, record.gid);
  if (result >= 0) return true;
  if (!NOT_KEPT.has(failureCode(result))) {
    throw callFailed("set the owner of", `${entry.path}`, result);
  }
  const hasGroup = calls.chown(entry.fd, -1, record.gid) >= 0;
  if (hasGroup && entry.stat.uid === record.uid) return true;
  report.notKept.push({
    path: `${entry.path}`,
    reason: `it cannot be given to user ${record.uid}, group ${record.gid}`,
  });
  return false;
}

function setXattrs(
  context: ApplyContext,
  entry: OpenEntry,
  wanted: ObjectId | null,
  had: ObjectId | null,
): void {
  if (wanted === null && had === null) return;
  const { calls, store } = context;
  const place = xattrPlace(entry);
  const values = store.readXattrs(wanted);
  const now = xattrNames(place);
  for (const name of store.readXattrs(had).keys()) {
    if (values.has(name) || !now.has(name)) continue;
    const result = calls.removexattr(place, name);
    if (result < 0) refused(context, entry, name, result);
  }
  for (const [name, value] of values) {
    if (now.has(name) && isValue(place, name, value)) continue;
    const result = calls.setxattr(place, name, value);
    if (result < 0) refused(context, entry, name, result);
  }
}

function refused(context: ApplyContext, entry: OpenEntry, name: string, result: number): void {
  const failure = failureCode(result);
  // ENOSPC is what ext4 says of attributes that are too large for it, with any space left.
  if (!NOT_KEPT.has(failure) && failure !== "ENOSPC" && failure !== "errno 7") {
    throw callFailed(`set the attribute ${name} of`, `${entry.path}`, result);
  }
  notKept(context, entry, `attribute ${name}`, result);
}

function notKept(
  { report }: ApplyContext,
  { path }: OpenEntry,
  what: string,
  result: number,
): void {
  report.notKept.push({
    path: `${path}`,
    reason: `its ${what} cannot be set there (${failureCode(result)})`,
  });
}

function xattrPlace({ fd, directory, name, stat }: OpenEntry): XattrPlace {
  const isSymlink = kindOf(stat) === S_IFLNK;
  return { path: isSymlink ? pathOfEntry(directory, name) : pathOfDescriptor(fd), isSymlink };
}

function xattrNames({ path, isSymlink }: XattrPlace): Set<string> {
  const names = new Uint8Array(XATTR_BYTES);
  const length = (isSymlink ? llistxattr : listxattr)(path, names);
  return new Set(length <= 0 ? [] : binaryName(names, 0, length - 1).split("\0"));
}

/** The value of an extended attribute; null where there is none, or it may not be read. */
export function xattrValue(place: XattrPlace, name: string): Uint8Array<ArrayBuffer> | null {
  const into = new Uint8Array(XATTR_BYTES);
  const length = (place.isSymlink ? lgetxattr : getxattr)(place.path, cString(name), into);
  return length < 0 ? null : into.subarray(0, length);
}

function isValue(place: XattrPlace, name: string, value: Uint8Array): boolean {
  const is = xattrValue(place, name);
  return is !== null && is.length === value.length && is.every((byte, i) => byte === value[i]);
}
