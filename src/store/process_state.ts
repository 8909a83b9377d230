/**
 * Whether a process can still run.
 *
 * A process that was killed is not gone before each of its threads has left the kernel. One that waits there for
 * something that only its successor can do keeps everything the process had open: locks, sockets, devices.
 *
 * @module
 */

/** True if no instruction of the process will ever run again, although it may not be gone. */
export function isOver(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The state follows the name, which is in parentheses and may contain anything.
    const state = stat[stat.lastIndexOf(")") + 2];
    return state === "Z" || state === "X";
  } catch {
    // Gone, or of another PID namespace: of that one nothing is known.
    return false;
  }
}
