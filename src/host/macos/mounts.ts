/**
 * What is mounted where, as getfsstat(2) has it without asking any mount, so a hung one cannot hang us.
 *
 * fuse-t's mounts are NFS, of a server on this machine; they say so in what they are mounted from.
 *
 * @module
 */

import { textOfBytes } from "../../../ffi/binary_string.ts";
import { allMounts, STATFS } from "../../../ffi/macos/stat.ts";
import type { Mount } from "../linux/mounts.ts";

export { innerPath, isWithin } from "../linux/mounts.ts";

/** Type that our mounts are told to have. */
export const MOUNT_TYPE = "fuse-t";

/** What mounts of fuse-t are mounted from begins so. */
const FROM = /^(fuse-t|localhost|127\.0\.0\.1):/;

/** All mounts, in mount order: where two are on one path, the later one shows. */
export function listMounts(_folders: Iterable<string> = []): Promise<Mount[]> {
  return Promise.resolve(parseMounts(allMounts()));
}

/** One struct statfs behind the other. */
function parseMounts(bytes: Uint8Array<ArrayBuffer>): Mount[] {
  const mounts: Mount[] = [];
  for (let at = 0; at + STATFS.SIZE_OF <= bytes.length; at += STATFS.SIZE_OF) {
    const type = text(bytes, at + STATFS.TYPE_NAME, STATFS.TYPE_BYTES);
    const from = text(bytes, at + STATFS.MOUNTED_FROM, STATFS.PATH_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset + at + STATFS.FSID, 8);
    mounts.push({
      path: text(bytes, at + STATFS.MOUNTED_ON, STATFS.PATH_BYTES),
      root: "/",
      type: type === "nfs" && FROM.test(from) ? MOUNT_TYPE : type,
      device: `${view.getInt32(0, true)}:${view.getInt32(4, true)}`,
    });
  }
  return mounts;
}

function text(bytes: Uint8Array<ArrayBuffer>, at: number, most: number): string {
  const end = bytes.indexOf(0, at);
  return textOfBytes(bytes.slice(at, end < 0 || end > at + most ? at + most : end));
}

export { freeDrive } from "../linux/mounts.ts";

export async function mountAt(path: string): Promise<Mount | null> {
  return (await listMounts()).findLast((mount) => mount.path === path) ?? null;
}

/** Whose they are is not looked at there. */
export function keptMounts(): Promise<never[]> {
  return Promise.resolve([]);
}
