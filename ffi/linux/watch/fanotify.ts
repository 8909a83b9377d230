/**
 * fanotify(7): the kernel tells what is done with the files of a mount or a file system (Linux).
 *
 * @module
 */

import { cString } from "../../binary_string.ts";
import { bindLibc, check } from "../libc.ts";

const libc = bindLibc({
  fanotify_init: { parameters: ["u32", "u32"], result: "i32" },
  fanotify_mark: { parameters: ["i32", "u32", "u64", "i32", "buffer"], result: "i32" },
  name_to_handle_at: {
    parameters: ["i32", "buffer", "buffer", "buffer", "i32"],
    result: "i32",
  },
});

const FAN_CLASS_NOTIF = 0;
const FAN_CLOEXEC = 1;
const FAN_NONBLOCK = 2;
const FAN_UNLIMITED_QUEUE = 0x10;
const FAN_MARK_ADD = 1;
const FAN_MARK_REMOVE = 2;
const FAN_MARK_FILESYSTEM = 0x100;

export const FAN_ACCESS = 0x1;
export const FAN_MODIFY = 0x2;
export const FAN_CLOSE_WRITE = 0x8;
export const FAN_OPEN = 0x20;
export const FAN_OPEN_EXEC = 0x1000;
export const FAN_Q_OVERFLOW = 0x4000;

const O_RDONLY = 0;
const O_LARGEFILE = Deno.build.arch === "aarch64" ? 0o400000 : 0o100000;
const O_CLOEXEC = 0o2000000;
const O_NOATIME = 0o1000000;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const AT_HANDLE_FID = 0x200;

/** A new group, which only listens: its descriptor. `unlimited`: its queue may grow as it has to. */
export function fanotifyInit(unlimited = false): number {
  const flags = FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK |
    (unlimited ? FAN_UNLIMITED_QUEUE : 0);
  return check(libc.fanotify_init(flags, O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NOATIME));
}

/**
 * Has a group told of what is in `mask` (FAN_*) about the whole file system that `path` (a binary string) is in, by whichever
 * mount it is reached; with `isEnd`, no more.
 */
export function fanotifyMark(group: number, mask: number, path: string, isEnd = false): number {
  const flags = (isEnd ? FAN_MARK_REMOVE : FAN_MARK_ADD) | FAN_MARK_FILESYSTEM;
  return check(libc.fanotify_mark(group, flags, BigInt(mask), AT_FDCWD, cString(path)));
}

/** struct file_handle {u32 bytes; i32 type; u8 handle[]}, with the most that file systems need. */
const HANDLE = { BYTES: 0, TYPE: 4, HANDLE: 8, MOST: 128 } as const;
const handle = new Uint8Array(HANDLE.HANDLE + HANDLE.MOST);
const handleView = new DataView(handle.buffer);
const mountId = new Uint8Array(4);
const EMPTY = new Uint8Array(1);
/** FILEID_INO64_GEN: what FUSE has; two halves of a node id, the high one first, and its generation. */
const FUSE_HANDLE = { TYPE: 0x81, BYTES: 12 } as const;

/** The node that an open file of a FUSE mount is, by the number that its server gave it; null if it is no such file. */
export function fuseNodeOf(fd: number): number | null {
  handleView.setUint32(HANDLE.BYTES, HANDLE.MOST, true);
  const flags = AT_EMPTY_PATH | AT_HANDLE_FID;
  if (libc.name_to_handle_at(fd, EMPTY, handle, mountId, flags) < 0) return null;
  const isNode = handleView.getInt32(HANDLE.TYPE, true) === FUSE_HANDLE.TYPE &&
    handleView.getUint32(HANDLE.BYTES, true) === FUSE_HANDLE.BYTES;
  if (!isNode) return null;
  return handleView.getUint32(HANDLE.HANDLE, true) * 2 ** 32 +
    handleView.getUint32(HANDLE.HANDLE + 4, true);
}
