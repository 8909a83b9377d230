/**
 * Whether a process still runs.
 *
 * @module
 */

/** True also while some of its threads end: what it has open is closed only when the last one is gone. */
export function isAlive(pid: number): boolean {
  try {
    // The state follows the name, which is in parentheses and may contain anything.
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const state = stat[stat.lastIndexOf(")") + 2];
    return state !== "Z" || [...Deno.readDirSync(`/proc/${pid}/task`)].length > 1;
  } catch {
    return false;
  }
}
