/**
 * One row per operation.
 *
 * @module
 */

import { InitFlag, Opcode, OPCODE_LIMIT } from "../../../ffi/fuse_kernel.ts";
import { cString } from "../../../ffi/binary_string.ts";
import { Errno } from "../../host/errno.ts";
import { statfs as hostStatfs } from "../../host/files.ts";
import {
  getattr,
  getxattr,
  listxattr,
  readlink,
  removexattr,
  setattr,
  setxattr,
} from "./attribute_handlers.ts";
import type { Context, Handler } from "./context.ts";
import {
  copyFileRange,
  fallocate,
  fsync,
  lseek,
  readFile,
  syncfs,
  writeFile,
} from "./data_handlers.ts";
import { readdir, readdirplus } from "./directory_handlers.ts";
import { asksForOpens, hasGeneration, negotiate } from "./init.ts";
import {
  batchForget,
  createFile,
  forget,
  linkFile,
  lookup,
  mkdir,
  mknod,
  rename2,
  renameFile,
  rmdir,
  symlink,
  tmpfile,
  unlinkFile,
} from "./name_handlers.ts";
import { NO_REPLY, OUT, type Reply } from "./reply.ts";
import { VIRTUAL_VIEW } from "../views.ts";

function init(context: Context): number {
  const wanted = { routed: context.routing !== null, opens: context.wantsOpens };
  return negotiate(context.request, context.reply, wanted, (agreed) => {
    context.connection = agreed;
    if (hasGeneration(agreed)) context.reply.generation = context.generation;
    context.routing?.connected(agreed.minor);
    context.tree.nodes.log?.connected(agreed);
  });
}

/**
 * Handles carry no state here, so the first open is answered "no such operation", after which the kernel
 * opens without asking, unless it is to ask. A kernel that cannot do that is told to keep its cache.
 */
function open({ connection, reply, tree, request }: Context): number {
  if (!asksForOpens(connection)) return -Errno.ENOSYS;
  // What is below .agentvfs is in no tree.
  if (request.viewNumber !== VIRTUAL_VIEW) {
    const inode = tree.node(request.nodeId);
    if (inode === undefined || inode.stale) return -Errno.ESTALE;
  }
  return openOut(reply, 0, OpenFlag.KEEP_CACHE | OpenFlag.NO_FLUSH);
}

/** A routed mount is asked: what a listing says depends on who opened the directory, as the handle tells. */
function opendir({ connection, reply, view }: Context): number {
  if (((connection?.flags ?? 0) & InitFlag.NO_OPENDIR_SUPPORT) !== 0) return -Errno.ENOSYS;
  const flags = view.isRouted ? 0 : OpenFlag.KEEP_CACHE | OpenFlag.CACHE_DIR;
  return openOut(reply, view.number + 1, flags);
}

/** FOPEN_* */
const OpenFlag = { KEEP_CACHE: 1 << 1, CACHE_DIR: 1 << 3, NO_FLUSH: 1 << 5 } as const;

/** struct fuse_open_out. */
function openOut(reply: Reply, handle: number, flags: number): number {
  reply.u64(OUT, handle);
  reply.u64(OUT + 8, flags);
  return 16;
}

const hostStatfsBuffer = new Uint8Array(120);
const hostStatfsView = new DataView(hostStatfsBuffer.buffer);

/** The space is that of the file system the store is on: that is where what is written ends up. */
function statfs({ reply, storePath }: Context): number {
  const result = hostStatfs(cString(storePath), hostStatfsBuffer);
  if (result < 0) return result;
  reply.bytes.fill(0, OUT, OUT + 80);
  // struct statfs: blocks, bfree, bavail, files, ffree from byte 16 on, in struct fuse_kstatfs's order.
  reply.bytes.set(hostStatfsBuffer.subarray(16, 56), OUT);
  const blockSize = hostStatfsView.getUint32(8, true);
  reply.u32(OUT + 40, blockSize);
  reply.u32(OUT + 44, 255);
  reply.u32(OUT + 48, blockSize);
  return 80;
}

const succeed: Handler = () => 0;
const ignore: Handler = () => NO_REPLY;
const absent: Handler = () => -Errno.ENOSYS;

/** Handler by opcode. What has no row is answered ENOSYS, which switches it off in the kernel. */
export const OPERATIONS: readonly Handler[] = (() => {
  const table: Handler[] = new Array(OPCODE_LIMIT).fill(absent);
  table[Opcode.INIT] = init;
  table[Opcode.DESTROY] = succeed;
  table[Opcode.INTERRUPT] = ignore;
  table[Opcode.FORGET] = forget;
  table[Opcode.BATCH_FORGET] = batchForget;
  table[Opcode.LOOKUP] = lookup;
  table[Opcode.GETATTR] = getattr;
  table[Opcode.SETATTR] = setattr;
  table[Opcode.READLINK] = readlink;
  table[Opcode.MKNOD] = mknod;
  table[Opcode.MKDIR] = mkdir;
  table[Opcode.SYMLINK] = symlink;
  table[Opcode.CREATE] = createFile;
  table[Opcode.TMPFILE] = tmpfile;
  table[Opcode.LINK] = linkFile;
  table[Opcode.UNLINK] = unlinkFile;
  table[Opcode.RMDIR] = rmdir;
  table[Opcode.RENAME] = renameFile;
  table[Opcode.RENAME2] = rename2;
  table[Opcode.OPEN] = open;
  table[Opcode.OPENDIR] = opendir;
  table[Opcode.READ] = readFile;
  table[Opcode.WRITE] = writeFile;
  table[Opcode.FALLOCATE] = fallocate;
  table[Opcode.LSEEK] = lseek;
  table[Opcode.COPY_FILE_RANGE] = copyFileRange;
  table[Opcode.FSYNC] = fsync;
  table[Opcode.FSYNCDIR] = fsync;
  table[Opcode.SYNCFS] = syncfs;
  table[Opcode.RELEASE] = succeed;
  table[Opcode.RELEASEDIR] = succeed;
  table[Opcode.READDIR] = readdir;
  table[Opcode.READDIRPLUS] = readdirplus;
  table[Opcode.SETXATTR] = setxattr;
  table[Opcode.GETXATTR] = getxattr;
  table[Opcode.LISTXATTR] = listxattr;
  table[Opcode.REMOVEXATTR] = removexattr;
  table[Opcode.STATFS] = statfs;
  return table;
})();
