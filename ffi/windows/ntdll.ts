/**
 * Binds functions of ntdll.dll: what Windows' kernel does, with how a call ended as its result, so that nothing of it lies
 * where another call of the runtime could write over it.
 *
 * What holds for all files of this folder: calls that can fail return the result, or a negative number, that of Linux's
 * error (`ffi/errno.ts`). Nothing throws.
 *
 * @module
 */

import { Errno } from "../errno.ts";
import { isSuccess, NtStatus, ntStatus } from "./nt_status.ts";

/** On other systems this folder is loaded, because one bundle is for all of them, and nothing of it is called. */
const IS_WINDOWS = Deno.build.os === "windows";

/** The functions that `symbols` declares; none on another system. Throws where the library has no such function. */
export function bindNtdll<const S extends Deno.ForeignLibraryInterface>(
  symbols: S,
): Deno.StaticForeignLibraryInterface<S> {
  if (!IS_WINDOWS) return {} as Deno.StaticForeignLibraryInterface<S>;
  return Deno.dlopen("ntdll.dll", symbols).symbols as unknown as Deno.StaticForeignLibraryInterface<
    S
  >;
}

/** The same of kernel32.dll, for what has a shape of its own there. */
export function bindKernel32<const S extends Deno.ForeignLibraryInterface>(
  symbols: S,
): Deno.StaticForeignLibraryInterface<S> {
  if (!IS_WINDOWS) return {} as Deno.StaticForeignLibraryInterface<S>;
  return Deno.dlopen("kernel32.dll", symbols)
    .symbols;
}

const FILE_LOCK_CONFLICT = 0xc0000054;
const LOCK_NOT_GRANTED = 0xc0000055;
const OBJECT_PATH_SYNTAX_BAD = 0xc000003b;
const INVALID_HANDLE = 0xc0000008;
const INVALID_INFO_CLASS = 0xc0000003;
const PRIVILEGE_NOT_HELD = 0xc0000061;
/** A file that is mapped cannot be made shorter. */
const USER_MAPPED_FILE = 0xc0000243;
const DELETE_PENDING = NtStatus.DELETE_PENDING;

const ERRORS: ReadonlyMap<number, number> = new Map([
  [NtStatus.OBJECT_NAME_NOT_FOUND, Errno.ENOENT],
  [NtStatus.OBJECT_PATH_NOT_FOUND, Errno.ENOENT],
  [OBJECT_PATH_SYNTAX_BAD, Errno.ENOENT],
  [NtStatus.OBJECT_NAME_INVALID, Errno.ENOENT],
  [DELETE_PENDING, Errno.ENOENT],
  [NtStatus.OBJECT_NAME_COLLISION, Errno.EEXIST],
  [NtStatus.NOT_A_DIRECTORY, Errno.ENOTDIR],
  [NtStatus.FILE_IS_A_DIRECTORY, Errno.EISDIR],
  [NtStatus.DIRECTORY_NOT_EMPTY, Errno.ENOTEMPTY],
  [NtStatus.ACCESS_DENIED, Errno.EACCES],
  [NtStatus.CANNOT_DELETE, Errno.EACCES],
  [NtStatus.SHARING_VIOLATION, Errno.EBUSY],
  [USER_MAPPED_FILE, Errno.EBUSY],
  [FILE_LOCK_CONFLICT, Errno.EAGAIN],
  [LOCK_NOT_GRANTED, Errno.EAGAIN],
  [NtStatus.DISK_FULL, Errno.ENOSPC],
  [NtStatus.QUOTA_EXCEEDED, Errno.EDQUOT],
  [NtStatus.MEDIA_WRITE_PROTECTED, Errno.EROFS],
  [NtStatus.INVALID_PARAMETER, Errno.EINVAL],
  [INVALID_HANDLE, Errno.EBADF],
  [NtStatus.NOT_SAME_DEVICE, Errno.EXDEV],
  [NtStatus.TOO_MANY_LINKS, Errno.EMLINK],
  [NtStatus.NAME_TOO_LONG, Errno.ENAMETOOLONG],
  [NtStatus.INSUFFICIENT_RESOURCES, Errno.ENOMEM],
  [NtStatus.TOO_MANY_OPENED_FILES, Errno.EMFILE],
  [NtStatus.NOT_A_REPARSE_POINT, Errno.EINVAL],
  [PRIVILEGE_NOT_HELD, Errno.EPERM],
  [INVALID_INFO_CLASS, Errno.EOPNOTSUPP],
  [NtStatus.INVALID_DEVICE_REQUEST, Errno.EOPNOTSUPP],
  [NtStatus.NOT_SUPPORTED, Errno.EOPNOTSUPP],
  [NtStatus.NOT_IMPLEMENTED, Errno.EOPNOTSUPP],
]);

/** 0 if a call ended well, else a negated error number. */
export function check(result: number): number {
  const status = ntStatus(result);
  return isSuccess(status) ? 0 : -(ERRORS.get(status) ?? Errno.EIO);
}
