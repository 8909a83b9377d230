/**
 * Telling the kernel what it must no longer believe. Runs on a thread that does not answer requests: each
 * message may wait for a lock that is held on behalf of a request.
 *
 * @module
 */

import { NotifyCode, OUT_HEADER } from "../../../ffi/fuse_kernel.ts";
import { write } from "../../../ffi/linux/file.ts";
import type { InvalidationData } from "../invalidation_data.ts";

const BODY = OUT_HEADER.SIZE;
const bytes = new Uint8Array(BODY + 24 + 256);
const view = new DataView(bytes.buffer);

/** Sends every message. The kernel's "no such entry" is the normal case and is ignored. */
export function notify(fd: number, invalidation: InvalidationData): void {
  const { parents, names, removed, data, attributes } = invalidation;
  parents.forEach((parent, i) => {
    if (removed[i] === 0) invalidateEntry(fd, parent, names[i]!);
    else removeEntry(fd, parent, removed[i]!, names[i]!);
  });
  for (const nodeId of data) invalidateInode(fd, nodeId, 0);
  // A negative offset leaves the cached bytes alone.
  for (const nodeId of attributes) invalidateInode(fd, nodeId, -1);
}

/**
 * Makes the kernel send again, before anything else, what another server read and did not answer.
 * Does not wait for requests to be answered.
 */
export function requestResend(fd: number): void {
  send(fd, NotifyCode.RESEND, 0);
}

/**
 * Makes the kernel drop what it cached: it may have been told of a rollback only in part. `nodeIds` are all
 * those it may know. What is mounted on directories of the mount, in whatever namespace, goes with their names.
 */
export function invalidateAll(fd: number, nodeIds: Float64Array): void {
  send(fd, NotifyCode.INC_EPOCH, 0);
  invalidateContents(fd, nodeIds);
}

/** Makes the kernel drop what it cached of these, but for their names. */
export function invalidateContents(fd: number, nodeIds: Float64Array): void {
  for (const nodeId of nodeIds) invalidateInode(fd, nodeId, 0);
}

/** Node ids in one message. */
const PRUNED_AT_ONCE = 512;
const pruneBytes = new Uint8Array(BODY + 16 + 8 * PRUNED_AT_ONCE);
const pruneView = new DataView(pruneBytes.buffer);

/**
 * Asks the kernel to forget nodes that nobody uses. Kernels before 7.45 of the protocol do not know how; they forget
 * when memory is short.
 */
export function prune(fd: number, nodeIds: Float64Array): void {
  for (let from = 0; from < nodeIds.length; from += PRUNED_AT_ONCE) {
    const ids = nodeIds.subarray(from, from + PRUNED_AT_ONCE);
    // struct fuse_notify_prune_out: u32 count, u32 padding, u64 spare; then the ids.
    pruneView.setUint32(OUT_HEADER.LENGTH, BODY + 16 + 8 * ids.length, true);
    pruneView.setInt32(OUT_HEADER.ERROR, NotifyCode.PRUNE, true);
    pruneView.setBigUint64(OUT_HEADER.UNIQUE, 0n, true);
    pruneView.setUint32(BODY, ids.length, true);
    ids.forEach((id, i) => pruneView.setBigUint64(BODY + 16 + 8 * i, BigInt(id), true));
    write(fd, pruneBytes, BODY + 16 + 8 * ids.length);
  }
}

/** struct fuse_notify_inval_entry_out: u64 parent, u32 namelen, u32 flags, name and NUL. */
function invalidateEntry(fd: number, parent: number, name: string): void {
  u64(BODY, parent);
  view.setUint32(BODY + 8, name.length, true);
  view.setUint32(BODY + 12, 0, true);
  layName(BODY + 16, name);
  send(fd, NotifyCode.INVAL_ENTRY, 16 + name.length + 1);
}

/**
 * As {@linkcode invalidateEntry}, of the last name of `child`: who watches that hears that it is gone. struct
 * fuse_notify_delete_out: u64 parent, u64 child, u32 namelen, u32 padding, name and NUL.
 */
function removeEntry(fd: number, parent: number, child: number, name: string): void {
  u64(BODY, parent);
  u64(BODY + 8, child);
  view.setUint32(BODY + 16, name.length, true);
  view.setUint32(BODY + 20, 0, true);
  layName(BODY + 24, name);
  send(fd, NotifyCode.DELETE, 24 + name.length + 1);
}

function layName(at: number, name: string): void {
  for (let i = 0; i < name.length; i++) bytes[at + i] = name.charCodeAt(i);
  bytes[at + name.length] = 0;
}

/** struct fuse_notify_inval_inode_out: u64 ino, i64 off, i64 len; length 0 means to the end. */
function invalidateInode(fd: number, nodeId: number, offset: number): void {
  u64(BODY, nodeId);
  u64(BODY + 8, offset);
  u64(BODY + 16, 0);
  send(fd, NotifyCode.INVAL_INODE, 24);
}

function send(fd: number, code: number, length: number): void {
  view.setUint32(OUT_HEADER.LENGTH, BODY + length, true);
  view.setInt32(OUT_HEADER.ERROR, code, true);
  u64(OUT_HEADER.UNIQUE, 0);
  write(fd, bytes, BODY + length);
}

function u64(at: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  view.setUint32(at, value - high * 2 ** 32, true);
  view.setInt32(at + 4, high, true);
}
