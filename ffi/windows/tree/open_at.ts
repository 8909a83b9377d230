/**
 * Opening names in open directories. Names are stored ones, and lie beneath the directory: `..` is none, and no name has a
 * separator or a stream.
 *
 * @module
 */

import { binaryName } from "../../binary_string.ts";
import { Errno } from "../../errno.ts";
import { close, open, type Opening, openingOf, openObject } from "../file.ts";
import { handlePath } from "../handle_path.ts";
import { shownName } from "../names_utf16.ts";
import { Access, CreateOption } from "../nt_file.ts";
import { ntObject } from "../nt_object.ts";
import { isLinkTag, reparseTagOf } from "./reparse_point.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export const O_NOFOLLOW = 0o400000;
/** What it is, without what is in it. */
export const O_PATH = 0o10000000;

/** What is open itself. */
const SELF = ".";
const LOOK = Access.READ_ATTRIBUTES | Access.READ_EA;

/** Of what comes as bytes that a NUL ends. */
export function nameOf(name: Bytes): string {
  return binaryName(name, 0, name.indexOf(0));
}

/** A name itself, if it is a link, too. */
export function openName(directory: number, name: string, opening: Opening): number {
  const shown = name === SELF || name === "" ? "" : shownName(name);
  if (name === "..") return -Errno.EXDEV;
  return openObject(ntObject(shown, directory), {
    ...opening,
    options: (opening.options ?? 0) | CreateOption.OPEN_REPARSE_POINT,
  });
}

/** What is open, once more, with other rights. */
export function reopen(handle: number, access: number): number {
  return openName(handle, SELF, { access });
}

/** As openat(2). With O_NOFOLLOW a link is only opened with O_PATH, too. */
export function openat(directory: number, path: Bytes, flags: number, mode = 0): number {
  const name = nameOf(path);
  if ((flags & O_NOFOLLOW) === 0) {
    return open(handlePath(directory, name === SELF ? "" : name), flags, mode);
  }
  const isLook = (flags & O_PATH) !== 0;
  const opening = openingOf(flags, mode);
  const handle = openName(directory, name, isLook ? { ...opening, access: LOOK } : opening);
  if (handle < 0 || isLook) return handle;
  const tag = reparseTagOf(handle);
  if (tag === 0) return handle;
  close(handle);
  if (isLinkTag(tag)) return -Errno.ELOOP;
  // What is in the file is elsewhere, and comes when it is opened as others are.
  return open(handlePath(directory, name), flags, mode);
}
