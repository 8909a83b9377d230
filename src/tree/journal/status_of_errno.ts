/**
 * What a failed system call on the store's own files means for the operation that needed it.
 *
 * @module
 */

import { Errno } from "../../../ffi/linux/errno.ts";
import { Status } from "../status.ts";

const STATUSES: ReadonlyMap<number, Status> = new Map([
  [Errno.ENOSPC, Status.NoSpace],
  [Errno.EDQUOT, Status.QuotaExceeded],
  [Errno.EROFS, Status.ReadOnly],
  [Errno.ENOMEM, Status.NoMemory],
  [Errno.EMFILE, Status.TooManyOpenFiles],
  [Errno.ENFILE, Status.TooManyOpenFiles],
]);

/** Anything that is not named above is a failure to read or write. */
export function statusOfErrno(errno: number): Status {
  return STATUSES.get(errno) ?? Status.InputOutput;
}
