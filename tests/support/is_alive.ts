/**
 * Whether a process still runs.
 *
 * @module
 */

/** True also while some of its threads end: what it has open is closed only when the last one is gone. */
export function isAlive(pid: number): boolean {
  try {
    const state = /^\d+ \(.*\) (.)/s.exec(Deno.readTextFileSync(`/proc/${pid}/stat`))![1];
    return state !== "Z" || [...Deno.readDirSync(`/proc/${pid}/task`)].length > 1;
  } catch {
    return false;
  }
}
