/**
 * What /proc tells of processes (proc_pid_stat(5)): whether they run, and whose they are.
 *
 * @module
 */

import { type ProcessStat, processStat } from "../../../ffi/linux/process_stat.ts";

/** A process: its number, and when it began, since numbers are used again. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since the machine started. */
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

/** The process that a thread belongs to; the thread's own number if it cannot be seen. */
export function processOf(thread: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${thread}/status`);
    return Number(/^Tgid:\t(\d+)$/m.exec(status)?.[1] ?? thread);
  } catch {
    return thread;
  }
}

/** Since the machine started, ms: what processes' beginnings are told in. */
export function sinceBoot(): number {
  return Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]) * 1000;
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

/** Its name; `?` if that cannot be told. */
export function commandOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trim() || "?";
  } catch {
    return "?";
  }
}

/** A process that has ended and is not waited for yet runs no more. */
function readStat(pid: number): ProcessStat | null {
  const stat = processStat(pid);
  return stat?.state === "Z" ? null : stat;
}

/**
 * True if no instruction of the process will ever run again, although it may not be gone.
 *
 * A process that was killed is not gone before each of its threads has left the kernel. One that waits there for
 * something that only its successor can do keeps everything the process had open: locks, sockets, devices.
 */
export function isOver(pid: number): boolean {
  // Of a process that is gone, or of another PID namespace, nothing is known.
  const state = processStat(pid)?.state;
  return state === "Z" || state === "X";
}

/** True if somebody suspended the process, as SIGSTOP does: until it is let go on it does nothing. */
export function isSuspended(pid: number): boolean {
  return processStat(pid)?.state === "T";
}

/** True also while some of its threads end: what it has open is closed only when the last one is gone. */
export function isAlive(pid: number): boolean {
  const stat = processStat(pid);
  if (stat === null) return false;
  try {
    return stat.state !== "Z" || [...Deno.readDirSync(`/proc/${pid}/task`)].length > 1;
  } catch {
    return false;
  }
}

/** A text that no other process had or will have, on this machine: numbers are used again, and so are beginnings. */
export function instanceOf(pid: number): string {
  const boot = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim();
  return `${boot} ${pid} ${processStat(pid)?.started}`;
}

/** Its supplementary groups; none where they cannot be seen. */
export function groupsOf(pid: number): readonly number[] {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const groups = /^Groups:\t(.*)$/m.exec(status)?.[1] ?? "";
    return groups.split(" ").filter((group) => group !== "").map(Number);
  } catch {
    return [];
  }
}
