/**
 * Waking a thread that waits for programs which it follows.
 *
 * @module
 */

export { threadId as threadNumber } from "../../../ffi/linux/thread_id.ts";
export { letThreadsBeWoken, wakeThread } from "../../../ffi/linux/watch/ptrace.ts";
