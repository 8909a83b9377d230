/**
 * What a system call asks for that only says that a file has changed: nobody else asks for it, and no file can be so.
 *
 * @module
 */

import { LARGEST_FILE } from "../../tree/operations/data.ts";

/** Where bytes are allocated, beyond the end of all files. */
export const TOUCH_OFFSET = LARGEST_FILE;
/** Access and modification time: before there were times. A power of two, which a number holds. */
export const TOUCH_SECONDS = -(2 ** 60);
