/**
 * Error numbers, Linux's on every system, for the mount adapters alone: handlers answer with them, and an adapter says them
 * as its protocol has them. Everybody else
 * names failures by their codes (`failure.ts`).
 *
 * @module
 */

export { Errno } from "./linux/errno.ts";
