/**
 * What macOS tells of what a process is. Text is binary strings.
 *
 * @module
 */

import { binaryName } from "../../../ffi/binary_string.ts";
import { bsdInfo, directoryOf, programOf, rawArguments } from "../../../ffi/macos/process.ts";
import type { ProcessDetails } from "../linux/process_details.ts";

/** Of all arguments together, and of what stands before them, bytes. */
const ARGS_BYTES = 4096;
const MOST_BYTES = 256 * 1024;

/** Null if the process is gone. What may not be known is left out. */
export function processDetails(pid: number): ProcessDetails | null {
  const info = bsdInfo(pid);
  if (info === null) return null;
  const executable = programOf(pid);
  const directory = directoryOf(pid);
  const args = argumentsOf(pid);
  return {
    pid,
    parent: info.parent,
    start: info.started / 1000,
    name: text(info.command),
    ...(executable === null ? {} : { executable: text(executable) }),
    ...(directory === null || directory.length === 0 ? {} : { directory: text(directory) }),
    ...(args === undefined ? {} : { args }),
  };
}

export function argumentsOf(pid: number): string[] | undefined {
  const raw = rawArguments(pid, MOST_BYTES);
  return raw === null ? undefined : parseArguments(raw);
}

function text(bytes: Uint8Array): string {
  return binaryName(bytes, 0, bytes.length);
}

/** The count of arguments, the program's path, NULs, the arguments (and then the environment). */
function parseArguments(raw: Uint8Array<ArrayBuffer>): string[] {
  if (raw.length < 4) return [];
  const count = new DataView(raw.buffer, raw.byteOffset).getUint32(0, true);
  let at = raw.indexOf(0, 4);
  if (at < 0) return [];
  while (raw[at] === 0) at++;
  const args: string[] = [];
  const most = at + ARGS_BYTES;
  while (args.length < count && at < raw.length && at < most) {
    const end = raw.indexOf(0, at);
    const stop = Math.min(end < 0 ? raw.length : end, most);
    args.push(binaryName(raw, at, stop));
    at = stop + 1;
  }
  return args;
}
