/**
 * What a failed call on the store's own files means for the operation that needed it.
 *
 * @module
 */

import { failureCode } from "../../host/failure.ts";
import { Status } from "../status.ts";

/** `result` is what the call returned. Anything that is not named here is a failure to read or write. */
export function statusOfFailure(result: number): Status {
  switch (failureCode(result)) {
    case "ENOSPC":
      return Status.NoSpace;
    case "EDQUOT":
      return Status.QuotaExceeded;
    // More than the limit of file sizes that this process was started with.
    case "EFBIG":
      return Status.FileTooBig;
    case "EROFS":
      return Status.ReadOnly;
    case "ENOMEM":
      return Status.NoMemory;
    case "EMFILE":
    case "ENFILE":
      return Status.TooManyOpenFiles;
    default:
      return Status.InputOutput;
  }
}
