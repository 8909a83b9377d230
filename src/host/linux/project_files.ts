/**
 * Changing trees on Linux.
 *
 * @module
 */

export {
  chmodOpen,
  chownOpen,
  mayChangeNames,
  pathOfDescriptor,
  setModificationTime,
} from "../../../ffi/linux/attributes.ts";
export { syncfs } from "../../../ffi/linux/file.ts";
export {
  linkat,
  mkdirat,
  mknodat,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  renameat2,
  rmdirat,
  symlinkat,
  unlinkat,
} from "../../../ffi/linux/names.ts";
export {
  getxattr,
  listxattr,
  lremovexattr,
  lsetxattr,
  removexattr,
  setxattr,
} from "../../../ffi/linux/xattr.ts";
