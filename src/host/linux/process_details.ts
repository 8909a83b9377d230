/**
 * What /proc tells of what a process is (proc(5)). Text is binary strings.
 *
 * @module
 */

import { binaryName, binaryString } from "../../../ffi/binary_string.ts";

/** What cannot be seen is left out: that of other users, or of a process that ends meanwhile. */
export interface ProcessDetails {
  readonly pid: number;
  readonly parent: number;
  /** Since the machine started, ms. */
  readonly start: number;
  /** At most 15 bytes. */
  readonly name: string;
  readonly executable?: string;
  readonly args?: readonly string[];
  readonly directory?: string;
}

/** USER_HZ is 100 wherever Linux runs. */
const TICK_MS = 10;
/** Of all arguments together, bytes. */
const ARGS_BYTES = 4096;

/** Of the process that a thread is of. Null if it is gone, or of another PID namespace. */
export function processDetails(thread: number): ProcessDetails | null {
  // First what goes first: of a process that has ended and is not waited for only the last is left.
  const args = argumentsOf(thread);
  const executable = link(thread, "exe");
  const directory = link(thread, "cwd");
  const stat = readStat(thread);
  if (stat === null) return null;
  return {
    ...stat,
    ...(executable === undefined ? {} : { executable }),
    ...(directory === undefined ? {} : { directory }),
    ...(args === undefined ? {} : { args }),
  };
}

/** Enough to tell whether a process is the one that it was. Null if it is gone. */
export function readStat(
  pid: number,
): { pid: number; parent: number; start: number; name: string } | null {
  const bytes = read(`/proc/${pid}/stat`);
  if (bytes === null) return null;
  const text = binaryName(bytes, 0, bytes.length);
  // The name may hold anything, parentheses too. Fields 4 and 22 are behind it.
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  return {
    pid,
    parent: Number(fields[1]),
    start: Number(fields[19]) * TICK_MS,
    name: text.slice(text.indexOf("(") + 1, end),
  };
}

/** With which it was started, as far as they can be seen. */
export function argumentsOf(pid: number): string[] | undefined {
  const bytes = read(`/proc/${pid}/cmdline`);
  if (bytes === null || bytes.length === 0) return undefined;
  const text = binaryName(bytes, 0, Math.min(bytes.length, ARGS_BYTES));
  return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
}

function link(pid: number, name: string): string | undefined {
  try {
    return binaryString(Deno.readLinkSync(`/proc/${pid}/${name}`));
  } catch {
    return undefined;
  }
}

function read(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch {
    return null;
  }
}
