import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { failureCode } from "../../../src/host/failure.ts";
import { flock, LOCK_EX, LOCK_NB, O_RDWR, open } from "../../../src/host/files.ts";

/** As its first argument the program is to try a lock only. */
export const CHILD_ARGUMENT = "try-lock";

/** `locked`, or why not. */
export function lockOnce(path: string): string {
  const handle = open(cString(binaryString(path)), O_RDWR);
  const result = handle < 0 ? handle : flock(handle, LOCK_EX | LOCK_NB);
  return result < 0 ? failureCode(result) : "locked";
}
