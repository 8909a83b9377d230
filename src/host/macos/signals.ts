/**
 * Signals of macOS.
 *
 * @module
 */

import { ignoreSignal, SIGXFSZ } from "../../../ffi/macos/process.ts";

/** A write beyond the limit of file sizes fails instead of ending this process and its children (setrlimit(2)). */
export function ignoreFileSizeLimit(): void {
  ignoreSignal(SIGXFSZ);
}
