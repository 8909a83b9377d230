/**
 * The host's error numbers, for the mount adapters alone: they are what the kernel's protocol carries. Everybody else
 * names failures by their codes (`failure.ts`).
 *
 * @module
 */

export { Errno } from "./linux/errno.ts";
