/**
 * What /proc/PID/stat tells of a process (proc_pid_stat(5)).
 *
 * @module
 */

export interface ProcessStat {
  /** One letter: `R`, `S`, `D`, `Z` of a process that has ended and is not waited for yet, … */
  readonly state: string;
  readonly parent: number;
  /** When it began: clock ticks since the machine started. */
  readonly started: number;
  /** What it has computed: clock ticks. */
  readonly computed: number;
  /** Memory it has: pages. */
  readonly resident: number;
}

/** Null if there is no such process, or it is of another PID namespace. */
export function processStat(pid: number): ProcessStat | null {
  let text: string;
  try {
    text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return null;
  }
  // Fields 3, 4, 22, 14 and 15, 24. The name before them may hold anything, parentheses too.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    state: fields[0]!,
    parent: Number(fields[1]),
    started: Number(fields[19]),
    computed: Number(fields[11]) + Number(fields[12]),
    resident: Number(fields[21]),
  };
}
