/**
 * Unmounting, with whatever right this process has.
 *
 * @module
 */

export { unmount, type UnmountResult } from "./linux/unmount.ts";
