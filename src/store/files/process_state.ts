/**
 * Whether a process can still run.
 *
 * A process that was killed is not gone before each of its threads has left the kernel. One that waits there for
 * something that only its successor can do keeps everything the process had open: locks, sockets, devices.
 *
 * @module
 */

import { processStat } from "../../../ffi/linux/process_stat.ts";

/** True if no instruction of the process will ever run again, although it may not be gone. */
export function isOver(pid: number): boolean {
  // Of a process that is gone, or of another PID namespace, nothing is known.
  const state = processStat(pid)?.state;
  return state === "Z" || state === "X";
}
