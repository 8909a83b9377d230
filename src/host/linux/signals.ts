/**
 * Signals of Linux.
 *
 * @module
 */

import { ignoreSignal, SIGXFSZ } from "../../../ffi/linux/process.ts";

/**
 * A write beyond the limit of file sizes that this process was started with fails (EFBIG) instead of ending it, in this
 * process and in its children (setrlimit(2)).
 */
export function ignoreFileSizeLimit(): void {
  ignoreSignal(SIGXFSZ);
}
