/**
 * Changing trees on Windows.
 *
 * @module
 */

import { Errno } from "../../../ffi/errno.ts";
import { close, fsync } from "../../../ffi/windows/file.ts";
import { Access } from "../../../ffi/windows/nt_file.ts";
import { reopen } from "../../../ffi/windows/tree/open_at.ts";

export { handlePath as pathOfDescriptor } from "../../../ffi/windows/handle_path.ts";
export { chmodOpen, chownOpen, setModificationTime } from "../../../ffi/windows/tree/attributes.ts";
export {
  linkat,
  mkdirat,
  mknodat,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  renameat2,
  rmdirat,
  unlinkat,
} from "../../../ffi/windows/tree/names.ts";
export { symlinkat } from "../../../ffi/windows/tree/symlink.ts";
export {
  lgetxattr as getxattr,
  llistxattr as listxattr,
  removexattr,
  removexattr as lremovexattr,
  setxattr,
  setxattr as lsetxattr,
} from "../../../ffi/windows/tree/file_flags.ts";

/** True if names may be made in the open directory. */
export function mayChangeNames(directory: number): boolean {
  const handle = reopen(directory, Access.WRITE_DATA | Access.APPEND_DATA);
  if (handle >= 0) close(handle);
  return handle !== -Errno.EACCES;
}

/** The file system of an open file: names are in its journal, so this is of the file alone. */
export function syncfs(handle: number): number {
  return fsync(handle);
}
