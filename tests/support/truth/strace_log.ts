/**
 * A log of `strace -f -q -y -xx -o FILE`, read: the calls of all threads in the order in which they ended.
 *
 * @module
 */

/** Flags that {@linkcode readStrace} counts on. */
export const STRACE_FLAGS = ["-f", "-q", "-y", "-xx", "-s", "256"] as const;

export interface Call {
  readonly thread: number;
  readonly name: string;
  readonly args: readonly string[];
  /** What it returned; -1 where it failed, or never returned. */
  readonly result: number;
  /** What follows the number: of a descriptor the file, of a failure its code. */
  readonly after: string;
  readonly error: string | null;
}

/** A process, or a thread of one. */
export interface Begun {
  readonly parent: number;
  readonly child: number;
  readonly isThread: boolean;
}

export interface StraceLog {
  readonly calls: readonly Call[];
  readonly begun: readonly Begun[];
  /** How each thread ended: `exited with 0`, `killed by SIGTERM`. */
  readonly ended: ReadonlyMap<number, string>;
  readonly threads: ReadonlySet<number>;
  /** The process of a thread. */
  processOf(thread: number): number;
}

/** Threads that began in such calls. */
const BEGINS: ReadonlySet<string> = new Set(["clone", "clone3", "fork", "vfork"]);

export function readStrace(text: string): StraceLog {
  const calls: Call[] = [];
  const begun = new Map<number, Begun>();
  const ended = new Map<number, string>();
  const threads = new Set<number>();
  const unfinished = new Map<number, string>();
  for (const line of text.split("\n")) {
    const [, number, rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (number === undefined) continue;
    const thread = Number(number);
    threads.add(thread);
    const end = /^\+\+\+ (.*) \+\+\+$/.exec(rest)?.[1];
    if (end !== undefined) ended.set(thread, end);
    const begin = / ?<unfinished \.\.\.>$/.exec(rest);
    if (begin !== null) {
      unfinished.set(thread, rest.slice(0, begin.index));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest);
    const whole = resumed === null
      ? rest
      : (unfinished.get(thread) ?? "") + rest.slice(resumed[0].length);
    const call = parseCall(thread, whole);
    if (call === null) continue;
    calls.push(call);
    if (!BEGINS.has(call.name) || call.result <= 0) continue;
    const isThread = call.args.some((each) => each.includes("CLONE_THREAD"));
    begun.set(call.result, { parent: thread, child: call.result, isThread });
  }
  const processOf = (thread: number): number => {
    const begin = begun.get(thread);
    return begin?.isThread === true ? processOf(begin.parent) : thread;
  };
  return { calls, begun: [...begun.values()], ended, threads, processOf };
}

function parseCall(thread: number, text: string): Call | null {
  const [, name, args, result] = /^(\w+)\((.*)\) += (.*)$/s.exec(text) ?? [];
  if (name === undefined) return null;
  const [number = "?"] = result!.split(/[ <]/, 1);
  const error = /^-1 (E\w+)/.exec(result!)?.[1] ?? null;
  return {
    thread,
    name,
    args: splitArguments(args!),
    result: number === "?" ? -1 : Number(number),
    after: result!.slice(number.length),
    error,
  };
}

/** At the commas that are in no brackets. Strings are hexadecimal and have none. */
function splitArguments(text: string): string[] {
  const found: string[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const at = text[i]!;
    if ("{[(".includes(at)) depth++;
    else if ("}])".includes(at)) depth--;
    else if (at === "," && depth === 0) {
      found.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return [...found, text.slice(start).trim()];
}

/** A string among the arguments, as a binary string; null: it is none. */
export function textOf(argument: string | undefined): string | null {
  const hex = /^"((?:\\x[0-9a-f]{2})*)"/.exec(argument ?? "")?.[1];
  return hex === undefined ? null : unhex(hex);
}

export interface OpenFile {
  readonly path: string;
  /** Its name was gone when the call was made. */
  readonly isDeleted: boolean;
}

/** What a descriptor, or AT_FDCWD, stands for; null: no file with a path. */
export function fileOf(argument: string | undefined): OpenFile | null {
  const [, hex, deleted] = /<((?:\\x[0-9a-f]{2})+)>(\(deleted\))?/.exec(argument ?? "") ?? [];
  if (hex === undefined) return null;
  const path = unhex(hex);
  return path.startsWith("/") ? { path, isDeleted: deleted !== undefined } : null;
}

function unhex(hex: string): string {
  return hex.replace(/\\x(..)/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
}
