/**
 * Paths that begin at something open, for calls that take a path: as /proc/self/fd on Linux. No path of Windows begins with
 * that.
 *
 * @module
 */

import { binaryName, cString } from "../binary_string.ts";

const PREFIX = "<";
const SLASH = "/";

/** Of what is open itself; with a name (a binary string) of that in it. */
export function handlePath(handle: number, name = ""): Uint8Array<ArrayBuffer> {
  return cString(`${PREFIX}${handle}${SLASH}${name}`);
}

export function parseHandlePath(
  path: Uint8Array<ArrayBuffer>,
): { readonly handle: number; readonly name: string } | null {
  if (path[0] !== PREFIX.charCodeAt(0)) return null;
  const text = binaryName(path, PREFIX.length, path.indexOf(0));
  const end = text.indexOf(SLASH);
  return { handle: Number(text.slice(0, end)), name: text.slice(end + 1) };
}
