/**
 * Extended attributes of files of a tree: those that the file system has, and one that says whether a file is hidden, the
 * system's, or to be archived, and when it was made.
 *
 * @module
 */

import { cString } from "../../binary_string.ts";
import { Errno } from "../../errno.ts";
import { close } from "../file.ts";
import { eaNameOf, readEas } from "./file_metadata.ts";
import {
  KEPT_XATTR,
  type KeptAttributes,
  keptOf,
  layKept,
  parseKept,
  usualAttributes,
} from "../kept_attributes.ts";
import { Access, FileAttribute } from "../nt_file.ts";
import { keptAttributesOf, setKeptAttributes } from "./attributes.ts";
import { easOf, setEas } from "./file_eas.ts";
import { nameOf } from "./open_at.ts";
import { openPath } from "./reparse_point.ts";

type Bytes = Uint8Array<ArrayBuffer>;

function usual(attributes: number): number {
  const notFile = FileAttribute.DIRECTORY | FileAttribute.REPARSE_POINT;
  return usualAttributes((attributes & notFile) === 0);
}

function isUsual({ attributes, created }: KeptAttributes): boolean {
  return created === 0n && keptOf(attributes) === usual(attributes);
}

/** Names, each ended by a NUL; as many bytes as they take. */
export function flistxattr(handle: number, into: Bytes): number {
  const has = keptAttributesOf(handle);
  if (typeof has === "number") return has;
  const own = [...readEas(easOf(handle)).keys()].filter((name) => name !== KEPT_XATTR);
  const names = isUsual(has) ? own : [KEPT_XATTR, ...own];
  return names.length === 0 ? 0 : put(cString(names.join("\0")), into);
}

export function fgetxattr(handle: number, name: Bytes, into: Bytes): number {
  if (!isKept(name)) {
    const value = readEas(easOf(handle)).get(nameOf(name).toLowerCase());
    return value === undefined ? -Errno.ENODATA : put(value, into);
  }
  const has = keptAttributesOf(handle);
  if (typeof has === "number") return has;
  return isUsual(has) ? -Errno.ENODATA : put(layKept(has), into);
}

/** The file itself, if it is a link, too. */
export function lgetxattr(path: Bytes, name: Bytes, into: Bytes): number {
  return opened(path, Access.READ_ATTRIBUTES, (handle) => fgetxattr(handle, name, into));
}

export function llistxattr(path: Bytes, into: Bytes): number {
  return opened(path, Access.READ_ATTRIBUTES, (handle) => flistxattr(handle, into));
}

export function setxattr(path: Bytes, name: Bytes, value: Bytes): number {
  if (!isKept(name)) return value.length === 0 ? -Errno.EOPNOTSUPP : setOwn(path, name, value);
  const kept = parseKept(value);
  return kept === null ? -Errno.EINVAL : change(path, () => kept);
}

export function removexattr(path: Bytes, name: Bytes): number {
  if (!isKept(name)) return setOwn(path, name, new Uint8Array());
  return change(path, ({ attributes }) => ({ attributes: usual(attributes), created: 0n }));
}

/** One that Windows cannot have is refused. */
function setOwn(path: Bytes, stored: Bytes, value: Bytes): number {
  const name = eaNameOf(nameOf(stored));
  if (name === null) return -Errno.EOPNOTSUPP;
  return opened(path, Access.READ_ATTRIBUTES, (handle) => setEas(handle, [{ name, value }]));
}

function change(path: Bytes, wanted: (has: KeptAttributes) => KeptAttributes): number {
  return opened(path, Access.READ_ATTRIBUTES | Access.WRITE_ATTRIBUTES, (handle) => {
    const has = keptAttributesOf(handle);
    return typeof has === "number" ? has : setKeptAttributes(handle, wanted(has));
  });
}

function opened(path: Bytes, access: number, use: (handle: number) => number): number {
  const handle = openPath(path, access);
  if (handle < 0) return handle;
  const result = use(handle);
  close(handle);
  return result;
}

function isKept(name: Bytes): boolean {
  return nameOf(name) === KEPT_XATTR;
}

function put(bytes: Bytes, into: Bytes): number {
  if (into.length === 0) return bytes.length;
  if (into.length < bytes.length) return -Errno.ERANGE;
  into.set(bytes);
  return bytes.length;
}
