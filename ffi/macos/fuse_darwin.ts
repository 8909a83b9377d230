/**
 * The FUSE protocol as macOS speaks it: version 7.19 with macFUSE's additions, as in `fuse_kernel.h` of macfuse/library.
 * fuse-t's server speaks it on a socket, macFUSE's kernel extension on a device. What is not here is as in
 * `fuse_kernel.ts`.
 *
 * @module
 */

export const DARWIN_MINOR_VERSION = 19;

/** struct fuse_attr: with the time of creation, and flags as chflags(2) sets them. */
export const DARWIN_ATTR = {
  SIZE_OF: 104,
  INO: 0,
  SIZE: 8,
  BLOCKS: 16,
  ATIME: 24,
  MTIME: 32,
  CTIME: 40,
  CRTIME: 48,
  ATIME_NSEC: 56,
  MTIME_NSEC: 60,
  CTIME_NSEC: 64,
  CRTIME_NSEC: 68,
  MODE: 72,
  NLINK: 76,
  UID: 80,
  GID: 84,
  RDEV: 88,
  FLAGS: 92,
  BLKSIZE: 96,
} as const;

export const DARWIN_ENTRY_OUT_BYTES = 144;
export const DARWIN_ATTR_OUT_BYTES = 120;

/** struct fuse_init_out before version 7.23. */
export const DARWIN_INIT_OUT_BYTES = 24;

/** Flags of INIT that macOS has for itself. */
export const DarwinInitFlag = {
  ASYNC_READ: 1 << 0,
  BIG_WRITES: 1 << 5,
  RENAME_SWAP: 1 << 25,
  RENAME_EXCL: 1 << 26,
} as const;

/** The fields of struct fuse_setattr_in that are Linux's too; the others are times of creation and backup, and chflags(2)'s. */
export const DARWIN_SETATTR_COMMON = 0x3ff;

/** RENAME carries flags, as RENAME2 does elsewhere: those of renamex_np(2). */
export const DarwinRename = { SWAP: 2, EXCL: 4 } as const;

/** Flags of setxattr(2). */
export const DarwinXattr = { CREATE: 2, REPLACE: 4 } as const;

/** struct fuse_setxattr_in and fuse_getxattr_in: a size, flags, a position and padding. */
export const DARWIN_XATTR_IN = { SIZE_OF: 16, SIZE: 0, FLAGS: 4, POSITION: 8 } as const;

/** Error numbers, by POSIX code. ENODATA is what Linux calls ENOATTR. */
export const DARWIN_ERRNO: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EMLINK: 31,
  ERANGE: 34,
  EAGAIN: 35,
  ENOTCONN: 57,
  ELOOP: 62,
  ENAMETOOLONG: 63,
  ENOTEMPTY: 66,
  EDQUOT: 69,
  ESTALE: 70,
  ENOSYS: 78,
  EOVERFLOW: 84,
  ENODATA: 93,
  EPROTO: 100,
  EOPNOTSUPP: 102,
};
