/**
 * Taking away the place where a volume of WinFsp is to be seen. The volume itself goes with the process that made it.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { removeDrive } from "../../../ffi/windows/drive.ts";
import { removePath } from "../../../ffi/windows/tree/names.ts";
import { failureCode } from "../failure.ts";
import type { UnmountResult } from "../linux/unmount.ts";
import { volumeAt } from "./mount_points.ts";

const DRIVE = /^[A-Za-z]:[\\/]*$/;

/** Who has something open in the volume keeps it, whether `lazy` or not. */
export function unmount(path: string, _lazy: boolean): Promise<UnmountResult> {
  return Promise.resolve(takeAway(path));
}

function takeAway(path: string): UnmountResult {
  const device = volumeAt(path);
  if (device === null) return { failed: "no volume of WinFsp is mounted there" };
  if (DRIVE.test(path)) {
    const drive = path.slice(0, 2);
    return removeDrive(drive, device) ? "unmounted" : { failed: `${drive} is not given up` };
  }
  const result = removePath(cString(binaryString(path)));
  if (result >= 0) return "unmounted";
  const code = failureCode(result);
  return code === "EBUSY" ? "busy" : { failed: `the folder cannot be removed (${code})` };
}
