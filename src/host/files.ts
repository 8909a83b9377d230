/**
 * Files as descriptors: opening, reading and writing at an offset, making durable, locking.
 *
 * Paths are NUL-terminated byte strings. Every call blocks its thread and answers a number, negative where it failed
 * (`failure.ts`); none throws. Flags are the host's own numbers, known by their POSIX names.
 *
 * @module
 */

import * as linux from "./linux/files.ts";
import * as macos from "./macos/files.ts";
import * as windows from "./windows/files.ts";
import { pick } from "./pick.ts";

export type { Stat } from "./linux/files.ts";

export const {
  birthTime,
  close,
  emptyStat,
  fallocate,
  fdatasync,
  flock,
  fstat,
  fsync,
  ftruncate,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  open,
  pread,
  pwrite,
  statfs,
  umask,
} = pick(linux, { macos, windows });
