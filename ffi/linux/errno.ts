/**
 * Error numbers of the kernel.
 *
 * @module
 */

export { Errno } from "../errno.ts";
