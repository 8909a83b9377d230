/**
 * Whether files of a tree are hidden, the system's, or to be archived: as an extended attribute. There are no others.
 *
 * @module
 */

import { cString } from "../../binary_string.ts";
import { Errno } from "../../errno.ts";
import { close } from "../file.ts";
import {
  KEPT_XATTR,
  keptOf,
  layKept,
  parseKept,
  usualAttributes,
  withKept,
} from "../kept_attributes.ts";
import { Access, FileAttribute } from "../nt_file.ts";
import { attributesOf, setAttributes } from "./attributes.ts";
import { nameOf } from "./open_at.ts";
import { openPath } from "./reparse_point.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const NAME = cString(KEPT_XATTR);
const CREATED = { created: 0n };

function usual(attributes: number): number {
  const notFile = FileAttribute.DIRECTORY | FileAttribute.REPARSE_POINT;
  return usualAttributes((attributes & notFile) === 0);
}

/** Names, each ended by a NUL; as many bytes as they take. */
export function flistxattr(handle: number, into: Bytes): number {
  const attributes = attributesOf(handle);
  if (attributes < 0) return attributes;
  if (keptOf(attributes) === usual(attributes)) return 0;
  return put(NAME, into);
}

export function fgetxattr(handle: number, name: Bytes, into: Bytes): number {
  const attributes = attributesOf(handle);
  if (attributes < 0) return attributes;
  const isTold = isKept(name) && keptOf(attributes) !== usual(attributes);
  return isTold ? put(layKept({ attributes, ...CREATED }), into) : -Errno.ENODATA;
}

/** The file itself, if it is a link, too. */
export function lgetxattr(path: Bytes, name: Bytes, into: Bytes): number {
  return opened(path, Access.READ_ATTRIBUTES, (handle) => fgetxattr(handle, name, into));
}

export function llistxattr(path: Bytes, into: Bytes): number {
  return opened(path, Access.READ_ATTRIBUTES, (handle) => flistxattr(handle, into));
}

/** When a file was made stays as it is. */
export function setxattr(path: Bytes, name: Bytes, value: Bytes): number {
  if (!isKept(name)) return -Errno.EOPNOTSUPP;
  const kept = parseKept(value);
  return kept === null ? -Errno.EINVAL : change(path, (all) => withKept(all, kept));
}

export function removexattr(path: Bytes, name: Bytes): number {
  if (!isKept(name)) return -Errno.ENODATA;
  return change(path, (all) => withKept(all, { attributes: usual(all), ...CREATED }));
}

function change(path: Bytes, wanted: (attributes: number) => number): number {
  return opened(path, Access.READ_ATTRIBUTES | Access.WRITE_ATTRIBUTES, (handle) => {
    const attributes = attributesOf(handle);
    if (attributes < 0) return attributes;
    return setAttributes(handle, wanted(attributes & ~FileAttribute.NORMAL));
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
