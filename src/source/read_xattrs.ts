/**
 * Extended attributes of a source file, read with one list call where there are none.
 *
 * POSIX ACLs are left out: their meaning is tied to the mode and to user ids in a binary form that a
 * tree would have to interpret when modes change. That they were there is reported.
 *
 * @module
 */

import { binaryName, cString } from "../../ffi/binary_string.ts";
import { fgetxattr, flistxattr, lgetxattr, llistxattr, pathOfEntry } from "../host/source_files.ts";

/** What was found. `values` is null where nothing is kept. */
export interface XattrReading {
  /** Names (binary strings) and values. */
  readonly values: Map<string, Uint8Array<ArrayBuffer>> | null;
  /** True if the file has POSIX ACLs, which are not in `values`. */
  readonly acl: boolean;
}

const NONE: XattrReading = { values: null, acl: false };
const ACLS: ReadonlySet<string> = new Set(["system.posix_acl_access", "system.posix_acl_default"]);

/** XATTR_LIST_MAX and XATTR_SIZE_MAX of Linux are both 64 KiB. */
const LIMIT = 64 * 1024;
const names = new Uint8Array(LIMIT);
const value = new Uint8Array(LIMIT);

/** Attributes of the file open as `fd` (not with O_PATH: the kernel answers EBADF to those). */
export function readOpenXattrs(fd: number): XattrReading {
  const length = flistxattr(fd, names);
  return length <= 0 ? NONE : collect(length, (name) => fgetxattr(fd, name, value));
}

/** Attributes of `name` in the open directory, itself, if it is a symlink too. */
export function readXattrsAt(directory: number, name: string): XattrReading {
  const path = pathOfEntry(directory, name);
  const length = llistxattr(path, names);
  return length <= 0 ? NONE : collect(length, (name) => lgetxattr(path, name, value));
}

/** One that vanished or may not be read since it was listed is left out. */
function collect(
  length: number,
  get: (name: Uint8Array<ArrayBuffer>) => number,
): XattrReading {
  let values: Map<string, Uint8Array<ArrayBuffer>> | null = null;
  let acl = false;
  for (let start = 0; start < length;) {
    let end = start;
    while (end < length && names[end] !== 0) end++;
    const name = binaryName(names, start, end);
    start = end + 1;
    if (ACLS.has(name)) {
      acl = true;
      continue;
    }
    const size = get(cString(name));
    if (size < 0) continue;
    (values ??= new Map()).set(name, value.slice(0, size));
  }
  return { values, acl };
}
