/**
 * What Linux's programs are told of an NTSTATUS.
 *
 * @module
 */

import { NtStatus } from "../../../ffi/windows/nt_status.ts";
import { Errno } from "../../../src/host/errno.ts";

const ERRNO: ReadonlyMap<number, number> = new Map<number, number>([
  [NtStatus.SUCCESS, 0],
  [NtStatus.OBJECT_NAME_NOT_FOUND, Errno.ENOENT],
  [NtStatus.OBJECT_PATH_NOT_FOUND, Errno.ENOENT],
  [NtStatus.OBJECT_NAME_COLLISION, Errno.EEXIST],
  [NtStatus.OBJECT_NAME_INVALID, Errno.EINVAL],
  [NtStatus.INVALID_PARAMETER, Errno.EINVAL],
  [NtStatus.INVALID_DEVICE_REQUEST, Errno.EINVAL],
  [NtStatus.NOT_A_REPARSE_POINT, Errno.EINVAL],
  [NtStatus.IO_REPARSE_DATA_INVALID, Errno.EINVAL],
  [NtStatus.ACCESS_DENIED, Errno.EACCES],
  [NtStatus.CANNOT_DELETE, Errno.EPERM],
  [NtStatus.SHARING_VIOLATION, Errno.EBUSY],
  [NtStatus.DELETE_PENDING, Errno.EBUSY],
  [NtStatus.FILE_IS_A_DIRECTORY, Errno.EISDIR],
  [NtStatus.NOT_A_DIRECTORY, Errno.ENOTDIR],
  [NtStatus.DIRECTORY_NOT_EMPTY, Errno.ENOTEMPTY],
  [NtStatus.NOT_SAME_DEVICE, Errno.EXDEV],
  [NtStatus.MEDIA_WRITE_PROTECTED, Errno.EROFS],
  [NtStatus.DISK_FULL, Errno.ENOSPC],
  [NtStatus.FILE_INVALID, Errno.ESTALE],
  [NtStatus.NONEXISTENT_EA_ENTRY, Errno.ENODATA],
  [NtStatus.INVALID_EA_NAME, Errno.ERANGE],
  [NtStatus.EA_TOO_LARGE, Errno.E2BIG],
  [NtStatus.NOT_SUPPORTED, Errno.EOPNOTSUPP],
  [NtStatus.INSUFFICIENT_RESOURCES, Errno.ENOMEM],
  [NtStatus.TOO_MANY_OPENED_FILES, Errno.EMFILE],
  [NtStatus.IO_DEVICE_ERROR, Errno.EIO],
]);

/** Throws for one that no request may be answered with. */
export function errnoOf(status: number): number {
  const errno = ERRNO.get(status);
  if (errno === undefined) throw new Error(`Nobody expects status 0x${status.toString(16)}`);
  return errno;
}
