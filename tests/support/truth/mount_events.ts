/**
 * Holds the events of a mount to what a trace says was done in it: nothing missing, nothing twice, each with its path and thread.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { LoggedEvent } from "../../../src/telemetry/logged_event.ts";
import { type Deed, GONE, type MountTruth } from "./mount_truth.ts";
import { within } from "./name_model.ts";
import type { StraceLog } from "./strace_log.ts";

/** About a file, whichever of its names was used. */
const OF_FILES: ReadonlySet<string> = new Set([
  ...["write", "truncate", "fallocate", "chmod", "chown", "utimes", "setxattr", "removexattr"],
  ...["open", "exec-open", "link"],
]);

/** What an event of the mount says was done; null where it has no process, as pages of a mapping have none. */
function deedOf(
  { event, file, process, agentvfs }: LoggedEvent,
  mount: string,
): Deed | null {
  const thread = process?.thread?.id;
  if (thread === undefined) return null;
  const { action } = event;
  const inMount = (path: string | undefined) =>
    path === undefined ? GONE : within(bytesOf(path), mount) ?? bytesOf(path);
  const target = action === "symlink"
    ? bytesOf(file!.target_path!)
    : file?.target_path === undefined
    ? agentvfs.attribute
    : inMount(file.target_path);
  return {
    thread,
    // Without root's rights one that ended at once has no name.
    ...(Deno.uid() === 0 ? { program: bytesOf(process!.name ?? "") } : {}),
    action,
    path: inMount(file?.path),
    ...(target === undefined ? {} : { target }),
    ...(action === "write" ? { bytes: agentvfs.bytes ?? 0 } : {}),
  };
}

/** Text of the log as strace's: a unit for each byte. */
export function bytesOf(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/** Lines, sorted, each as often as it was done; what one thread wrote to a file is one, with all its bytes. */
function linesOf(deeds: readonly Deed[], aliases: ReadonlyMap<string, string>): string[] {
  const isNamed = Deno.uid() === 0;
  const written = new Map<string, number>();
  const lines: string[] = [];
  for (const { thread, program = "", action, path, target, bytes } of deeds) {
    const known = OF_FILES.has(action) ? aliases.get(path) ?? path : path;
    const line = [
      `${thread} ${isNamed ? program : ""}: ${action} ${known}`,
      ...(target === undefined ? [] : ["->", target]),
    ].join(" ");
    if (bytes === undefined) lines.push(line);
    else written.set(line, (written.get(line) ?? 0) + bytes);
  }
  return [...lines, ...[...written].map(([line, bytes]) => `${line} ${bytes}`)].sort();
}

/**
 * Fails with what is missing and what is too much. Events that no process made are to be about what was mapped. `mount`: the
 * mountpoint, below which the events' paths are.
 */
export function assertMountEvents(
  events: readonly LoggedEvent[],
  truth: MountTruth,
  log: StraceLog,
  mount: string,
): void {
  const done = events.filter(({ error }) => error === undefined);
  const told: Deed[] = [];
  for (const event of done) {
    const deed = deedOf(event, mount);
    if (deed !== null) {
      // The kernel's workers (io_uring) are threads that no call has begun.
      const thread = log.threads.has(deed.thread) ? deed.thread : event.process!.pid!;
      told.push(ofProcess({ ...deed, thread }, truth, log));
    } else {
      const path = within(bytesOf(event.file?.path ?? ""), mount) ?? GONE;
      const isMapped = event.event.action === "write" && truth.mapped.has(path);
      assert.ok(isMapped, `nobody did ${event.event.action} ${path}`);
    }
    const { pid, thread } = event.process ?? {};
    if (thread !== undefined && log.threads.has(thread.id)) {
      assert.equal(pid, log.processOf(thread.id), `the process of thread ${thread.id}`);
    }
  }
  assertSame(linesOf(told, truth.aliases), linesOf(truth.deeds, truth.aliases));
}

/** Of a process that was gone when it was looked up only the name of the thread is known. */
function ofProcess(deed: Deed, truth: MountTruth, log: StraceLog): Deed {
  const { thread, program } = deed;
  const process = log.processOf(thread);
  const isOwn = process !== thread && truth.threadNames.get(thread)?.has(program!) === true;
  return isOwn ? { ...deed, program: truth.programOf(process) } : deed;
}

/** As multisets; fails with the differences alone, which in thousands of lines are few. */
export function assertSame(told: readonly string[], expected: readonly string[]): void {
  const difference = differences(told, expected);
  const message = `${told.length} told, ${expected.length} done:\n${difference.join("\n")}`;
  assert.equal(difference.length, 0, message);
}

/** Of multisets: what is missing, and what is too much. */
export function differences(told: readonly string[], expected: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of told) counts.set(line, (counts.get(line) ?? 0) - 1);
  return [...counts].filter(([, count]) => count !== 0)
    .map(([line, count]) => `${count > 0 ? "missing" : "too much"} ${Math.abs(count)}x: ${line}`);
}
