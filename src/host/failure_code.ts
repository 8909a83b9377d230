/**
 * The failures that something in the program tells apart, by their POSIX names.
 *
 * @module
 */

export type FailureCode =
  | "EACCES"
  | "EAGAIN"
  | "EBADF"
  | "EDQUOT"
  | "EEXIST"
  | "EFBIG"
  | "EINTR"
  | "EINVAL"
  | "EIO"
  | "EISDIR"
  | "ELOOP"
  | "EMFILE"
  | "ENAMETOOLONG"
  | "ENFILE"
  | "ENODATA"
  | "ENOENT"
  | "ENOMEM"
  | "ENOSPC"
  | "ENOSYS"
  | "ENOTDIR"
  | "ENOTEMPTY"
  | "ENXIO"
  | "EOPNOTSUPP"
  | "EPERM"
  | "ERANGE"
  | "EROFS"
  | "ESTALE";
