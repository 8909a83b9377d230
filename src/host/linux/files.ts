/**
 * Files of Linux: the system calls as they are.
 *
 * @module
 */

export {
  fallocate,
  fdatasync,
  flock,
  fsync,
  ftruncate,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  pread,
  pwrite,
} from "../../../ffi/linux/file.ts";
export {
  close,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  open,
  umask,
} from "../../../ffi/linux/open.ts";
export { birthTime, emptyStat, fstat, type Stat, statfs } from "../../../ffi/linux/stat.ts";
