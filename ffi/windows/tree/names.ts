/**
 * Names in open directories: making, linking, moving, removing. As POSIX has it where the file system lets us: what is
 * replaced or removed may be open, and read-only.
 *
 * @module
 */

import { Errno } from "../../errno.ts";
import { close, FileClass, setFile } from "../file.ts";
import {
  Access,
  CreateOption,
  Disposition,
  DispositionFlag,
  FileAttribute,
  RenameFlag,
} from "../nt_file.ts";
import { attributesOf, setAttributes } from "./attributes.ts";
import { nameOf, openName } from "./open_at.ts";
import { shownName } from "../names_utf16.ts";
import { isLinkTag, openPath, reparseTagOf } from "./reparse_point.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Flags of renameat2(2). */
export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;

/** FILE_RENAME_INFORMATION, and FILE_LINK_INFORMATION. */
const RENAME = { FLAGS: 0, ROOT: 8, LENGTH: 16, NAME: 20 } as const;

/** The mode is not kept: who may use a directory follows from the one it is in. */
export function mkdirat(directory: number, name: Bytes, _mode: number): number {
  const handle = openName(directory, nameOf(name), {
    access: Access.READ_ATTRIBUTES,
    disposition: Disposition.CREATE,
    options: CreateOption.DIRECTORY_FILE,
    attributes: FileAttribute.NORMAL,
  });
  return handle < 0 ? handle : close(handle);
}

/** FIFOs, sockets and devices are not made there. */
export function mknodat(
  _directory: number,
  _name: Bytes,
  _mode: number,
  _rdev: number,
): number {
  return -Errno.EOPNOTSUPP;
}

/** Another name for what `from` is, itself, if it is a link. */
export function linkat(fromDirectory: number, from: Bytes, directory: number, name: Bytes): number {
  const handle = openName(fromDirectory, nameOf(from), { access: Access.WRITE_ATTRIBUTES });
  if (handle < 0) return handle;
  const result = setFile(handle, FileClass.LINK, newName(directory, nameOf(name), 0));
  close(handle);
  return result;
}

/** Two names cannot change places at once: then EINVAL. */
export function renameat2(directory: number, from: Bytes, to: Bytes, flags: number): number {
  if ((flags & RENAME_EXCHANGE) !== 0) return -Errno.EINVAL;
  const handle = openName(directory, nameOf(from), { access: Access.DELETE });
  if (handle < 0) return handle;
  const replaces = (flags & RENAME_NOREPLACE) === 0;
  const posix = RenameFlag.POSIX | RenameFlag.IGNORE_READONLY | (replaces ? RenameFlag.REPLACE : 0);
  let result = setFile(handle, FileClass.RENAME_EX, newName(directory, nameOf(to), posix));
  if (isUnknown(result)) {
    const old = newName(directory, nameOf(to), replaces ? 1 : 0);
    result = setFile(handle, FileClass.RENAME, old);
  }
  if (result === -Errno.EACCES && replaces && removeFolderLink(directory, to) === 0) {
    result = setFile(handle, FileClass.RENAME, newName(directory, nameOf(to), 0));
  }
  close(handle);
  return result;
}

/** A link to a directory takes no file in its place: it goes first. */
function removeFolderLink(directory: number, name: Bytes): number {
  const handle = openRemovable(directory, name);
  if (handle < 0) return handle;
  const isFolderLink = hasFolderAttribute(handle) && isLinkTag(reparseTagOf(handle));
  if (isFolderLink) return removeOpen(handle);
  close(handle);
  return -Errno.EACCES;
}

function newName(directory: number, stored: string, flags: number): Bytes {
  const name = shownName(stored);
  const view = new DataView(new ArrayBuffer(RENAME.NAME + 2 * name.length + 2));
  view.setUint32(RENAME.FLAGS, flags, true);
  view.setBigUint64(RENAME.ROOT, BigInt(directory), true);
  view.setUint32(RENAME.LENGTH, 2 * name.length, true);
  for (let i = 0; i < name.length; i++) {
    view.setUint16(RENAME.NAME + 2 * i, name.charCodeAt(i), true);
  }
  return new Uint8Array(view.buffer);
}

/** File systems other than NTFS know the older classes alone. */
function isUnknown(result: number): boolean {
  return result === -Errno.EINVAL || result === -Errno.EOPNOTSUPP;
}

/** A link to a directory is one to Windows, and none here. */
export function unlinkat(directory: number, name: Bytes): number {
  const handle = openRemovable(directory, name);
  if (handle < 0 || !isDirectory(handle)) return removeOpen(handle);
  close(handle);
  return -Errno.EISDIR;
}

export function rmdirat(directory: number, name: Bytes): number {
  const handle = openRemovable(directory, name);
  if (handle < 0 || isDirectory(handle)) return removeOpen(handle);
  close(handle);
  return -Errno.ENOTDIR;
}

function openRemovable(directory: number, name: Bytes): number {
  return openName(directory, nameOf(name), { access: Access.DELETE | Access.READ_ATTRIBUTES });
}

function isDirectory(handle: number): boolean {
  return hasFolderAttribute(handle) && !isLinkTag(reparseTagOf(handle));
}

function hasFolderAttribute(handle: number): boolean {
  const attributes = attributesOf(handle);
  return attributes >= 0 && (attributes & FileAttribute.DIRECTORY) !== 0;
}

/** Removes what is at an absolute path: a file, an empty folder, or a link itself. */
export function removePath(path: Bytes): number {
  return removeOpen(openPath(path, Access.DELETE | Access.READ_ATTRIBUTES));
}

/** Closes it, too. */
function removeOpen(handle: number): number {
  if (handle < 0) return handle;
  const flags = new Uint32Array([
    DispositionFlag.DELETE | DispositionFlag.POSIX | DispositionFlag.IGNORE_READONLY,
  ]);
  let result = setFile(handle, FileClass.DISPOSITION_EX, new Uint8Array(flags.buffer));
  if (isUnknown(result)) result = setFile(handle, FileClass.DISPOSITION, new Uint8Array([1]));
  if (result === -Errno.EACCES) result = removeReadOnly(handle, result);
  close(handle);
  return result;
}

/** What is read-only is not removed as long as it is. */
function removeReadOnly(handle: number, refused: number): number {
  const attributes = attributesOf(handle);
  if (attributes < 0 || (attributes & FileAttribute.READONLY) === 0) return refused;
  if (setAttributes(handle, attributes & ~FileAttribute.READONLY) < 0) return refused;
  const removed = setFile(handle, FileClass.DISPOSITION, new Uint8Array([1]));
  if (removed < 0) setAttributes(handle, attributes);
  return removed;
}
