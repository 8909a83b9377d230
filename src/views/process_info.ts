/**
 * What /proc tells of a process, for deciding whose it is.
 *
 * @module
 */

/** A process: its number, and when it began, since numbers are used again. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since the machine started. */
  readonly started: number;
}

interface Stat {
  readonly parent: number;
  readonly started: number;
}

/** Null if there is no such process. */
export function processId(pid: number): ProcessId | null {
  const stat = readStat(pid);
  return stat === null ? null : { pid, started: stat.started };
}

export function isRunning({ pid, started }: ProcessId): boolean {
  return readStat(pid)?.started === started;
}

/** The process, its parent, and so on: those there are. */
export function* ancestry(pid: number): Generator<ProcessId> {
  for (let at = pid; at > 0;) {
    const stat = readStat(at);
    if (stat === null) return;
    yield { pid: at, started: stat.started };
    at = stat.parent;
  }
}

/** Names the mount namespace of a process; null if that may not be looked at. */
export function mountNamespace(pid: number | "self"): string | null {
  try {
    return Deno.readLinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return null;
  }
}

/** Null if there is no such process. */
export function parentOf(pid: number): number | null {
  return readStat(pid)?.parent ?? null;
}

/** Fields 4 and 22 of proc_pid_stat(5). The name before them may hold anything, parentheses too. */
function readStat(pid: number): Stat | null {
  let text: string;
  try {
    text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return null;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // A process that has ended and is not waited for yet runs no more.
  return fields[0] === "Z" ? null : { parent: Number(fields[1]), started: Number(fields[19]) };
}
