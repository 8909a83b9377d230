/**
 * Waking a thread that waits for the kernel and never returns to its event loop.
 *
 * A wake is a descriptor that can be waited for with others; it is shared between threads by its number.
 *
 * @module
 */

export { createWake, rest, wake } from "./linux/wake.ts";
