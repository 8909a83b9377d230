/**
 * What Windows tells of what a process is. Text is binary strings.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { splitCommandLine } from "../../../ffi/windows/command_line.ts";
import {
  commandLineOf,
  directoryOf,
  processInfo,
  programOf,
} from "../../../ffi/windows/process.ts";
import type { ProcessDetails } from "../linux/process_details.ts";

/** Of all arguments together, UTF-16 units. */
const ARGS_UNITS = 4096;

/** Null if the process is gone. What may not be known is left out. */
export function processDetails(pid: number): ProcessDetails | null {
  const info = processInfo(pid);
  if (info === null || info.isOver) return null;
  const executable = programOf(pid);
  const directory = directoryOf(pid);
  const args = argumentsOf(pid);
  return {
    pid,
    parent: info.parent,
    start: info.started / 1000,
    name: text(executable?.split("\\").at(-1) ?? "?"),
    ...(executable === null ? {} : { executable: text(executable) }),
    ...(directory === null ? {} : { directory: text(withoutEnd(directory)) }),
    ...(args === undefined ? {} : { args }),
  };
}

export function argumentsOf(pid: number): string[] | undefined {
  const line = commandLineOf(pid);
  return line === null ? undefined : splitCommandLine(line.slice(0, ARGS_UNITS)).map(text);
}

/** The root of a drive alone ends with a backslash. */
function withoutEnd(directory: string): string {
  return /[^:]\\$/.test(directory) ? directory.slice(0, -1) : directory;
}

function text(wide: string): string {
  return binaryString(wide.toWellFormed());
}
