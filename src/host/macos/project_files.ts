/**
 * Changing trees on macOS.
 *
 * @module
 */

import * as xattr from "../../../ffi/macos/xattr.ts";
import { withNamespace, withoutNamespace } from "./xattr_names.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export { pathOf as pathOfDescriptor, syncVolume as syncfs } from "../../../ffi/macos/file.ts";
export {
  fchmod as chmodOpen,
  fchown as chownOpen,
  linkat,
  mayChangeNames,
  mkdirat,
  mknodat,
  RENAME_EXCL as RENAME_NOREPLACE,
  RENAME_SWAP as RENAME_EXCHANGE,
  renameat as renameat2,
  rmdirat,
  setModificationTime,
  symlinkat,
  unlinkat,
} from "../../../ffi/macos/names.ts";

const FOLLOWED = 0;

export function listxattr(path: Bytes, into: Bytes): number {
  return withNamespace(into, (names) => xattr.listxattr(path, names, FOLLOWED));
}

export function getxattr(path: Bytes, name: Bytes, into: Bytes): number {
  return withoutNamespace(name, (plain) => xattr.getxattr(path, plain, into, FOLLOWED));
}

export function setxattr(path: Bytes, name: Bytes, value: Bytes): number {
  return withoutNamespace(name, (plain) => xattr.setxattr(path, plain, value, FOLLOWED));
}

export function lsetxattr(path: Bytes, name: Bytes, value: Bytes): number {
  return withoutNamespace(
    name,
    (plain) => xattr.setxattr(path, plain, value, xattr.XATTR_NOFOLLOW),
  );
}

export function removexattr(path: Bytes, name: Bytes): number {
  return withoutNamespace(name, (plain) => xattr.removexattr(path, plain, FOLLOWED));
}

export function lremovexattr(path: Bytes, name: Bytes): number {
  return withoutNamespace(name, (plain) => xattr.removexattr(path, plain, xattr.XATTR_NOFOLLOW));
}
