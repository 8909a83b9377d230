/**
 * What Windows tells of processes: whether they run, and whose they are. They began so many microseconds after 1970.
 *
 * Who started a process may have ended, and its number be another's: a parent is one that began before.
 *
 * @module
 */

import { listProcesses, type ProcessInfo, processInfo } from "../../../ffi/windows/process.ts";
import type { ProcessId } from "../linux/processes.ts";

export { groupsOf, mountNamespace, processOf, sinceBoot } from "../macos/processes.ts";

/** Null if there is no such process. */
export function processId(pid: number): ProcessId | null {
  const info = running(pid);
  return info === null ? null : { pid, started: info.started };
}

export function isRunning({ pid, started }: ProcessId): boolean {
  return running(pid)?.started === started;
}

/** The process, its parent, and so on: those there are. */
export function* ancestry(pid: number): Generator<ProcessId> {
  for (let at = running(pid); at !== null; at = parent(at)) {
    yield { pid: at.pid, started: at.started };
  }
}

/** Null if there is no such process. */
export function parentOf(pid: number): number | null {
  const info = running(pid);
  return info === null ? null : parent(info)?.pid ?? 0;
}

/** Name of its program, as `cmd.exe`; `?` if that cannot be told. */
export function commandOf(pid: number): string {
  return listProcesses().find((listed) => listed.pid === pid)?.name || "?";
}

/** A process that has ended and of which somebody has a handle runs no more. */
function running(pid: number): ProcessInfo | null {
  if (pid <= 0) return null;
  const info = processInfo(pid);
  return info === null || info.isOver ? null : info;
}

function parent(child: ProcessInfo): ProcessInfo | null {
  const info = running(child.parent);
  return info === null || info.started > child.started ? null : info;
}

/** True if the process has ended and somebody has a handle of it. */
export function isOver(pid: number): boolean {
  return processInfo(pid)?.isOver ?? false;
}

/** Debuggers can, and nobody is told. */
export function isSuspended(_pid: number): boolean {
  return false;
}

export function isAlive(pid: number): boolean {
  return running(pid) !== null;
}

/** A text that no other process had or will have, on this machine: numbers are used again, moments are not. */
export function instanceOf(pid: number): string {
  return `${pid} ${processInfo(pid)?.started}`;
}
