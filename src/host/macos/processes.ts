/**
 * What libproc tells of processes: whether they run, and whose they are. They began so many microseconds after 1970.
 *
 * @module
 */

import { cString, textOfBytes } from "../../../ffi/binary_string.ts";
import { type BsdInfo, bsdInfo, systemText } from "../../../ffi/macos/process.ts";
import type { ProcessId } from "../linux/processes.ts";

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
  for (let at = pid; at > 0;) {
    const info = running(at);
    if (info === null) return;
    yield { pid: at, started: info.started };
    at = info.parent;
  }
}

/** Threads have no numbers that others know there. */
export function processOf(thread: number): number {
  return thread;
}

/** What processes' beginnings are told in: since 1970, ms. */
export function sinceBoot(): number {
  return Date.now();
}

/** There is one. */
export function mountNamespace(_pid: number | "self"): string | null {
  return "all";
}

/** Null if there is no such process. */
export function parentOf(pid: number): number | null {
  return running(pid)?.parent ?? null;
}

/** Its name; `?` if that cannot be told. */
export function commandOf(pid: number): string {
  const command = bsdInfo(pid)?.command;
  return command === undefined ? "?" : textOfBytes(command) || "?";
}

/** A process that has ended and is not waited for yet runs no more. */
function running(pid: number): BsdInfo | null {
  const info = bsdInfo(pid);
  return info === null || info.isOver ? null : info;
}

/** True if the process has ended and is not waited for. */
export function isOver(pid: number): boolean {
  return bsdInfo(pid)?.isOver ?? false;
}

/** True if somebody suspended the process, as SIGSTOP does. */
export function isSuspended(pid: number): boolean {
  return bsdInfo(pid)?.isSuspended ?? false;
}

export function isAlive(pid: number): boolean {
  return running(pid) !== null;
}

const BOOT = cString("kern.bootsessionuuid");

/** A text that no other process had or will have, on this machine: numbers are used again, and so are beginnings. */
export function instanceOf(pid: number): string {
  return `${textOfBytes(systemText(BOOT))} ${pid} ${bsdInfo(pid)?.started}`;
}

/** Of whoever asks in a mount nobody is told: the requests are those of fuse-t's server. */
export function groupsOf(_pid: number): readonly number[] {
  return [];
}
