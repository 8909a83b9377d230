/**
 * What runs, with its arguments: those of one's own processes, as they were given. (ps(1) shows them in one line, in which
 * nobody finds where one ends, and writes what is not ASCII in a way of its own.)
 *
 * @module
 */

import { allProcesses } from "../../../ffi/macos/process.ts";
import { argumentsOf } from "./process_details.ts";

export interface CommandLine {
  readonly pid: number;
  /** Binary strings. */
  readonly args: readonly string[];
}

export function commandLines(): CommandLine[] {
  return allProcesses().flatMap((pid) => {
    const args = argumentsOf(pid);
    return args === undefined ? [] : [{ pid, args }];
  });
}

/** True if `path`, a binary string, is one of the arguments, or what one that says `--option=path` gives. */
export function names({ args }: CommandLine, path: string): boolean {
  return args.some((arg) =>
    arg === path || arg.startsWith("-") && arg.slice(arg.indexOf("=") + 1) === path
  );
}
