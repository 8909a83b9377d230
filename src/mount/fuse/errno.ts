/**
 * The one translation of tree statuses into Linux error numbers.
 *
 * @module
 */

import { Errno } from "../../host/errno.ts";
import { Status } from "../../tree/status.ts";

/** errno of a status; 0 for Ok. */
export function errnoOf(status: Status): number {
  switch (status) {
    case Status.Ok:
      return 0;
    case Status.NotFound:
      return Errno.ENOENT;
    case Status.Exists:
      return Errno.EEXIST;
    case Status.NotDirectory:
      return Errno.ENOTDIR;
    case Status.IsDirectory:
      return Errno.EISDIR;
    case Status.NotEmpty:
      return Errno.ENOTEMPTY;
    case Status.Stale:
      return Errno.ESTALE;
    case Status.NoSpace:
      return Errno.ENOSPC;
    case Status.Invalid:
      return Errno.EINVAL;
    case Status.NameTooLong:
      return Errno.ENAMETOOLONG;
    case Status.NotPermitted:
      return Errno.EPERM;
    case Status.NoAttribute:
      return Errno.ENODATA;
    case Status.Range:
      return Errno.ERANGE;
    case Status.InputOutput:
      return Errno.EIO;
    case Status.NotSupported:
      return Errno.EOPNOTSUPP;
    case Status.FileTooBig:
      return Errno.EFBIG;
    case Status.TooManyLinks:
      return Errno.EMLINK;
    case Status.NoData:
      return Errno.ENXIO;
    case Status.TooBig:
      return Errno.E2BIG;
    case Status.ReadOnly:
      return Errno.EROFS;
    case Status.AccessDenied:
      return Errno.EACCES;
    case Status.QuotaExceeded:
      return Errno.EDQUOT;
    case Status.NoMemory:
      return Errno.ENOMEM;
    case Status.TooManyOpenFiles:
      return Errno.EMFILE;
    default:
      return unknownStatus(status);
  }
}

function unknownStatus(status: never): never {
  throw new Error(`Unknown status ${status}`);
}
