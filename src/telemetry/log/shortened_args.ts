/**
 * A process's arguments in the lines of the log: whole once, and from then on their beginning.
 *
 * They are in each line of a process, so that a reader of single lines has them; but a command that was given four hundred names
 * of files would have them in each of four hundred lines.
 *
 * @module
 */

import type { TelemetryProcess } from "../event.ts";

/** What is kept in every line, bytes: most command lines are shorter. */
export const SHORT_BYTES = 256;
/** Processes with longer ones that are remembered. */
const MOST = 1_024;

interface Long {
  readonly short: readonly string[];
  readonly all: string;
}

export class ShortenedArgs {
  /** Null: they are short. Most events are of the same few. */
  readonly #long = new WeakMap<TelemetryProcess, Long | null>();
  /** By number of the process, the ones that were written whole. */
  readonly #whole = new Map<number, string>();

  /** Null: all are to be written. */
  of(process: TelemetryProcess): readonly string[] | null {
    let long = this.#long.get(process);
    if (long === undefined) this.#long.set(process, long = longOf(process));
    if (long === null) return null;
    const { pid = 0 } = process;
    if (this.#whole.get(pid) === long.all) return long.short;
    if (this.#whole.size >= MOST) this.#whole.clear();
    this.#whole.set(pid, long.all);
    return null;
  }

  /** What was written may not be there any more. */
  forget(): void {
    this.#whole.clear();
  }
}

function longOf({ args = [] }: TelemetryProcess): Long | null {
  const short = beginningOf(args);
  return short === args ? null : { short, all: args.join("\0") };
}

/** The same array where they are short. */
function beginningOf(args: readonly string[]): readonly string[] {
  let left = SHORT_BYTES;
  for (const [i, argument] of args.entries()) {
    if (argument.length <= left) left -= argument.length + 1;
    else return left <= 0 ? args.slice(0, i) : [...args.slice(0, i), cut(argument, left)];
  }
  return args;
}

/** At most so many bytes of a binary string, and no piece of a character of UTF-8. */
function cut(binary: string, most: number): string {
  let end = most;
  while (end > 0 && (binary.charCodeAt(end) & 0xc0) === 0x80) end--;
  return binary.slice(0, end === 0 ? most : end);
}
