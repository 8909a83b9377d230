/**
 * Is what has a name now what was seen there, or what is to be there?
 *
 * @module
 */

import { binaryName, cString } from "../../ffi/binary_string.ts";
import { isFailure } from "../host/failure.ts";
import { close, emptyStat, fstat, O_RDONLY, pread, type Stat } from "../host/files.ts";
import { O_NOFOLLOW, O_NONBLOCK, openat, readlinkat, statx } from "../host/source_files.ts";
import { shownInode } from "../source/inode_number.ts";
import type { Progress, Work } from "../store/format/sliced.ts";
import { type InodeRecord, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../store/trees/entry.ts";
import type { ApplyContext } from "./apply_context.ts";
import { callFailed } from "./apply_error.ts";
import { LeftAlone } from "./left_alone.ts";

const PERMISSION_BITS = 0o7777;
const PIECE = 2 ** 20;
const PROGRESS: Progress = { phase: "comparing", done: 0, total: 0, unit: "bytes" };

/** What has the name now, null if nothing has. Throws where the system does not tell. */
export function lookAt(directory: number, name: string): Stat | null {
  const stat = emptyStat();
  const result = statx(directory, cString(name), stat);
  if (isFailure(result, "ENOENT")) return null;
  if (result < 0) throw callFailed("look at", name, result);
  return stat;
}

/** The number by which snapshots know the inode. */
export function inodeOf({ root }: ApplyContext, stat: Stat): number {
  return shownInode(stat, root.stat.devMajor, root.stat.devMinor);
}

/** True if nobody changed it since `record` was made of it, as far as stat(2) tells. */
export function isAsRecorded(context: ApplyContext, stat: Stat, record: InodeRecord): boolean {
  const ino = inodeOf(context, stat);
  if (ino !== record.ino || stat.mode !== record.mode) return false;
  // Names that come and go are looked at one by one.
  if (kindOf(stat) === S_IFDIR) return true;
  if (hasSize(stat) && stat.size !== record.size) return false;
  if (stat.mtimeSec !== record.mtimeSec || stat.mtimeNsec !== record.mtimeNsec) return false;
  return context.touched.has(ino) ||
    stat.ctimeSec === record.ctimeSec && stat.ctimeNsec === record.ctimeNsec;
}

/** True if these are the same inode, and nobody wrote to it in between. Moving it changes its ctime and nothing else. */
export function isUnwritten(a: Stat, b: Stat): boolean {
  if (a.inoLow !== b.inoLow || a.inoHigh !== b.inoHigh || a.mode !== b.mode) return false;
  if (kindOf(a) === S_IFDIR) return true;
  return a.size === b.size && a.mtimeSec === b.mtimeSec && a.mtimeNsec === b.mtimeNsec;
}

/** As {@linkcode isUnwritten}, and not even its attributes were changed. */
export function isUntouched(a: Stat, b: Stat): boolean {
  return isUnwritten(a, b) &&
    (kindOf(a) === S_IFDIR || a.ctimeSec === b.ctimeSec && a.ctimeNsec === b.ctimeNsec);
}

/** True if it is of the record's kind and has its bytes; `isExact` asks for its mode as well. */
export function* hasContentOf(
  context: ApplyContext,
  directory: number,
  name: string,
  stat: Stat,
  record: InodeRecord,
  isExact: boolean,
): Work<boolean> {
  const kind = kindOf(stat);
  if (kind !== (record.mode & S_IFMT)) return false;
  const other = (stat.mode & PERMISSION_BITS) !== (record.mode & PERMISSION_BITS);
  if (isExact && other && kind !== S_IFLNK) return false;
  if (kind === S_IFDIR) return true;
  if (kind === S_IFREG) return yield* hasBytesOf(context, directory, name, stat, record);
  if (kind !== S_IFLNK) return stat.rdev === record.rdev;
  const target = new Uint8Array(4096);
  const length = readlinkat(directory, cString(name), target);
  return length >= 0 && binaryName(target, 0, length) === linkTarget(context, record);
}

/** A binary string. */
export function linkTarget({ store }: ApplyContext, record: InodeRecord): string {
  const bytes = new Uint8Array(record.size);
  store.readContent(record, record.size, 0, bytes, 0, record.size);
  return binaryName(bytes, 0, bytes.length);
}

function* hasBytesOf(
  { store }: ApplyContext,
  directory: number,
  name: string,
  stat: Stat,
  record: InodeRecord,
): Work<boolean> {
  if (stat.size !== record.size) return false;
  const fd = openat(directory, cString(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (isFailure(fd, "ENOENT") || isFailure(fd, "ELOOP")) return false;
  if (fd < 0) throw callFailed("read", name, fd);
  try {
    const opened = emptyStat();
    fstat(fd, opened);
    if (!isUnwritten(opened, stat)) return false;
    const is = new Uint8Array(PIECE);
    const was = new Uint8Array(PIECE);
    for (let at = 0; at < record.size; at += PIECE) {
      const length = Math.min(PIECE, record.size - at);
      store.readContent(record, record.size, at, was, 0, length);
      for (let done = 0; done < length;) {
        const got = pread(fd, is.subarray(done), at + done, length - done);
        if (isFailure(got, "EINTR")) continue;
        if (got < 0) throw callFailed("read", name, got);
        if (got === 0) return false;
        done += got;
      }
      if (!equalBytes(is, was, length)) return false;
      yield PROGRESS;
    }
    return true;
  } finally {
    close(fd);
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function kindOf({ mode }: { mode: number }): number {
  return mode & S_IFMT;
}

function hasSize(stat: Stat): boolean {
  return kindOf(stat) === S_IFREG || kindOf(stat) === S_IFLNK;
}

/** Throws {@linkcode LeftAlone}: what is there is somebody else's. */
export function changedMeanwhile(): never {
  throw new LeftAlone("it was changed since it was looked at");
}
