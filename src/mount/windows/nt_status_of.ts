/**
 * The one translation of tree statuses into NTSTATUS.
 *
 * @module
 */

import { NtStatus } from "../../../ffi/windows/nt_status.ts";
import { Status } from "../../tree/status.ts";

export function ntStatusOf(status: Status): NtStatus {
  switch (status) {
    case Status.Ok:
      return NtStatus.SUCCESS;
    case Status.NotFound:
      return NtStatus.OBJECT_NAME_NOT_FOUND;
    case Status.Exists:
      return NtStatus.OBJECT_NAME_COLLISION;
    case Status.NotDirectory:
      return NtStatus.NOT_A_DIRECTORY;
    case Status.IsDirectory:
      return NtStatus.FILE_IS_A_DIRECTORY;
    case Status.NotEmpty:
      return NtStatus.DIRECTORY_NOT_EMPTY;
    // As of a volume that was changed from outside.
    case Status.Stale:
      return NtStatus.FILE_INVALID;
    case Status.NoSpace:
      return NtStatus.DISK_FULL;
    case Status.Invalid:
      return NtStatus.INVALID_PARAMETER;
    case Status.NameTooLong:
      return NtStatus.OBJECT_NAME_INVALID;
    case Status.NotPermitted:
    case Status.AccessDenied:
      return NtStatus.ACCESS_DENIED;
    case Status.NoAttribute:
      return NtStatus.NONEXISTENT_EA_ENTRY;
    case Status.Range:
      return NtStatus.INVALID_EA_NAME;
    case Status.InputOutput:
      return NtStatus.IO_DEVICE_ERROR;
    case Status.NotSupported:
      return NtStatus.NOT_SUPPORTED;
    // What NTFS says of a size that no volume has.
    case Status.FileTooBig:
      return NtStatus.DISK_FULL;
    case Status.TooManyLinks:
      return NtStatus.TOO_MANY_LINKS;
    case Status.NoData:
      return NtStatus.END_OF_FILE;
    case Status.TooBig:
      return NtStatus.EA_TOO_LARGE;
    case Status.ReadOnly:
      return NtStatus.MEDIA_WRITE_PROTECTED;
    case Status.QuotaExceeded:
      return NtStatus.QUOTA_EXCEEDED;
    case Status.NoMemory:
      return NtStatus.INSUFFICIENT_RESOURCES;
    case Status.TooManyOpenFiles:
      return NtStatus.TOO_MANY_OPENED_FILES;
    default:
      return unknownStatus(status);
  }
}

function unknownStatus(status: never): never {
  throw new Error(`Unknown status ${status}`);
}
