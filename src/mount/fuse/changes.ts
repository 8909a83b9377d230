/**
 * Which operations change something.
 *
 * @module
 */

import { Opcode } from "../../../ffi/fuse_kernel.ts";

/** Names: nobody but the daemon makes or removes what is in `.agentvfs`. */
export const NAME_CHANGES: ReadonlySet<number> = new Set([
  Opcode.MKNOD,
  Opcode.MKDIR,
  Opcode.SYMLINK,
  Opcode.LINK,
  Opcode.UNLINK,
  Opcode.RMDIR,
  Opcode.RENAME,
  Opcode.RENAME2,
  Opcode.CREATE,
  Opcode.TMPFILE,
]);

/** Anything: what a checkpoint answers EROFS to. */
export const CHANGES: ReadonlySet<number> = new Set([
  ...NAME_CHANGES,
  Opcode.SETATTR,
  Opcode.WRITE,
  Opcode.FALLOCATE,
  Opcode.COPY_FILE_RANGE,
  Opcode.SETXATTR,
  Opcode.REMOVEXATTR,
]);
