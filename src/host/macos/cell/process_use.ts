/**
 * What a process uses, on macOS.
 *
 * @module
 */

import { taskInfo } from "../../../../ffi/macos/process.ts";
import type { ProcessUse } from "../../linux/cell/process_use.ts";

export function processUse(pid: number): ProcessUse | null {
  return taskInfo(pid);
}
