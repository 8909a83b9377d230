/**
 * What a process uses, on Windows.
 *
 * @module
 */

import { processUse as use } from "../../../../ffi/windows/process.ts";
import type { ProcessUse } from "../../linux/cell/process_use.ts";

export function processUse(pid: number): ProcessUse | null {
  return use(pid);
}
