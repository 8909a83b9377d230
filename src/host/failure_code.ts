/**
 * The failures that something in the program tells apart, by their POSIX names.
 *
 * @module
 */

export type FailureCode =
  | "EACCES"
  | "EAGAIN"
  | "EBADF"
  | "EBUSY"
  | "EDQUOT"
  | "EEXIST"
  | "EFBIG"
  | "EINTR"
  | "EINVAL"
  | "EIO"
  | "EISDIR"
  | "ELOOP"
  | "EMFILE"
  | "EMLINK"
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
  | "ESTALE"
  | "EXDEV";
