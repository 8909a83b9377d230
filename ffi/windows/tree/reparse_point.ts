/**
 * What an open file stands for: links, and the special files that WSL makes. Other tags are of files as any (those of a cloud,
 * or compressed).
 *
 * @module
 */

import { Errno } from "../../errno.ts";
import { controlFile, FileClass, objectOf, openObject, queryFile } from "../file.ts";
import { CreateOption, FileAttribute, ReparseControl, ReparseTag } from "../nt_file.ts";
import { parseJunctionData, parseReparseData, parseSymlinkData } from "../reparse_data.ts";
import { storedJunction, storedTarget } from "../symlink_target.ts";

/** MAXIMUM_REPARSE_DATA_BUFFER_SIZE. */
const MOST_BYTES = 16 * 1024;
/** LX_SYMLINK has a version before its target. */
const LX_HEADER = 4;

const attributeTag = new DataView(new ArrayBuffer(8));
const data = new Uint8Array(MOST_BYTES);

const LINKS: ReadonlySet<number> = new Set([
  ReparseTag.SYMLINK,
  ReparseTag.MOUNT_POINT,
  ReparseTag.LX_SYMLINK,
]);

export function isLinkTag(tag: number): boolean {
  return LINKS.has(tag);
}

/** 0 of what stands for nothing. */
export function reparseTagOf(handle: number): number {
  const result = queryFile(handle, FileClass.TAG, new Uint8Array(attributeTag.buffer));
  const attributes = result < 0 ? 0 : attributeTag.getUint32(0, true);
  return (attributes & FileAttribute.REPARSE_POINT) === 0 ? 0 : attributeTag.getUint32(4, true);
}

/** What is at an absolute path, itself, if it stands for something else. Negative if it cannot be opened. */
export function openPath(path: Uint8Array<ArrayBuffer>, access: number): number {
  return openObject(objectOf(path), { access, options: CreateOption.OPEN_REPARSE_POINT });
}

/** What an open mount point stands for, as the kernel calls it; null where it is none. */
export function mountPointTarget(handle: number): string | null {
  const length = controlFile(handle, ReparseControl.GET, null, data);
  return length < 0 ? null : parseMountPoint(data.subarray(0, length));
}

export function parseMountPoint(bytes: Uint8Array): string | null {
  const parsed = parseReparseData(bytes);
  if (parsed?.tag !== ReparseTag.MOUNT_POINT) return null;
  return parseJunctionData(parsed.data)?.target ?? null;
}

/** The target of an open link, stored (a binary string); negative where there is none. */
export function targetOf(handle: number): string | number {
  const length = controlFile(handle, ReparseControl.GET, null, data);
  if (length < 0) return length;
  return parseTarget(data.subarray(0, length)) ?? -Errno.EINVAL;
}

/** Of a link's reparse data; null where it is none. */
export function parseTarget(bytes: Uint8Array): string | null {
  const parsed = parseReparseData(bytes);
  if (parsed === null) return null;
  switch (parsed.tag) {
    case ReparseTag.SYMLINK: {
      const link = parseSymlinkData(parsed.data);
      return link === null ? null : storedTarget(link);
    }
    case ReparseTag.MOUNT_POINT: {
      const link = parseJunctionData(parsed.data);
      return link === null ? null : storedJunction(link) ?? storedTarget(link);
    }
    case ReparseTag.LX_SYMLINK:
      return String.fromCharCode(...parsed.data.subarray(LX_HEADER));
    default:
      return null;
  }
}
