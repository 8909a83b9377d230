/**
 * Names of extended attributes: `user.NAME` here, `NAME` on macOS.
 *
 * @module
 */

import { Errno } from "../../../ffi/errno.ts";
import { cString } from "../../../ffi/binary_string.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const NAMESPACE = cString("user.").subarray(0, -1);
/** What the system puts on files by itself, and lets nobody set. */
const OWN = ["com.apple.provenance"];
const MOST_BYTES = 64 * 1024;

/** The names that `list` lays down, as they are called here. ERANGE if `into` is too small; 0 bytes ask for the size. */
export function withNamespace(into: Bytes, list: (names: Bytes) => number): number {
  const plain = new Uint8Array(MOST_BYTES);
  const length = list(plain);
  if (length <= 0) return length;
  const names = new TextDecoder("latin1").decode(plain.subarray(0, length)).split("\0")
    .filter((name) => name !== "" && !OWN.includes(name));
  const size = names.reduce((sum, name) => sum + NAMESPACE.length + name.length + 1, 0);
  if (into.length === 0) return size;
  if (size > into.length) return -Errno.ERANGE;
  let at = 0;
  for (const name of names) {
    into.set(NAMESPACE, at);
    at += NAMESPACE.length;
    for (let i = 0; i < name.length; i++) into[at++] = name.charCodeAt(i);
    into[at++] = 0;
  }
  return size;
}

/** Calls with the name as macOS has it. There is none in another namespace. */
export function withoutNamespace(name: Bytes, call: (plain: Bytes) => number): number {
  const isUsers = NAMESPACE.every((byte, i) => name[i] === byte);
  return isUsers ? call(name.slice(NAMESPACE.length)) : -Errno.ENODATA;
}
