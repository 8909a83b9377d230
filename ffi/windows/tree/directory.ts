/**
 * Reading directories and links.
 *
 * @module
 */

import { close, FileClass, queryDirectory } from "../file.ts";
import { storedName } from "../names_utf16.ts";
import { Access, FileAttribute } from "../nt_file.ts";
import { nameOf, openName } from "./open_at.ts";
import { isLinkTag, targetOf } from "./reparse_point.ts";
import { wideText } from "../unicode_string.ts";

/** FILE_FULL_DIR_INFORMATION. The size of attributes is the tag of what has one. */
const LINE = { NEXT: 0, ATTRIBUTES: 56, NAME_LENGTH: 60, TAG: 64, NAME: 68 } as const;
const DT_DIR = 4;
const DT_REG = 8;
const DT_LNK = 10;

const LISTING_BYTES = 64 * 1024;
const listing = new Uint8Array(LISTING_BYTES);
const view = new DataView(listing.buffer);

export interface DirectoryEntry {
  /** Stored. */
  readonly name: string;
  readonly type: number;
}

/** Reads the whole of an open directory, without `.` and `..`; negative if it cannot be read. */
export function readDirectory(handle: number): DirectoryEntry[] | number {
  const entries: DirectoryEntry[] = [];
  for (let fromStart = true;; fromStart = false) {
    const length = queryDirectory(handle, FileClass.FULL_DIRECTORY, listing, fromStart);
    if (length < 0) return length;
    if (length === 0) return entries;
    for (let at = 0;;) {
      const shown = wideText(view, at + LINE.NAME, view.getUint32(at + LINE.NAME_LENGTH, true));
      if (shown !== "." && shown !== "..") {
        entries.push({ name: storedName(shown), type: typeAt(at) });
      }
      const next = view.getUint32(at + LINE.NEXT, true);
      if (next === 0) break;
      at += next;
    }
  }
}

function typeAt(at: number): number {
  const attributes = view.getUint32(at + LINE.ATTRIBUTES, true);
  const isReparse = (attributes & FileAttribute.REPARSE_POINT) !== 0;
  if (isReparse && isLinkTag(view.getUint32(at + LINE.TAG, true))) return DT_LNK;
  return (attributes & FileAttribute.DIRECTORY) === 0 ? DT_REG : DT_DIR;
}

/** The target as it is stored: bytes of it that fit; negative where `path` is no link. */
export function readlinkat(
  directory: number,
  path: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  const handle = openName(directory, nameOf(path), { access: Access.READ_ATTRIBUTES });
  if (handle < 0) return handle;
  const target = targetOf(handle);
  close(handle);
  if (typeof target === "number") return target;
  const length = Math.min(target.length, into.length);
  for (let i = 0; i < length; i++) into[i] = target.charCodeAt(i);
  return length;
}
