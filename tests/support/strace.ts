/**
 * What strace(1) says of a program and all that it starts: the independent truth for what telemetry tells.
 *
 * @module
 */

import { join } from "node:path";
import { run, type RunOptions } from "./process.ts";
import { withTemporary } from "./temporary.ts";

export interface Trace {
  /** Of strace itself. */
  readonly tracer: number;
  readonly code: number;
  /** Lines by thread. Strings in them are hexadecimal. */
  readonly threads: ReadonlyMap<number, readonly string[]>;
}

export interface TraceOptions extends RunOptions {
  /** What begins the command line: what enters a cgroup, say. */
  readonly before?: readonly string[];
  /** Further flags of strace. */
  readonly flags?: readonly string[];
}

/** Runs a command below strace. */
export async function trace(
  calls: string,
  command: readonly string[],
  options: TraceOptions = {},
): Promise<Trace> {
  return await withTemporary(async (directory) => {
    const flags = ["-q", "-ff", "-xx", "-s", "65536", "-e", "abbrev=none", "-e", `trace=${calls}`];
    const more = options.flags ?? [];
    const strace = ["strace", ...flags, ...more, "-o", join(directory, "t"), ...command];
    const tell = 'echo $$ >"$0"; exec "$@"';
    const pidFile = join(directory, "tracer");
    const whole = ["bash", "-c", tell, pidFile, ...strace];
    const { code } = await run([...(options.before ?? []), ...whole], options);
    const threads = new Map<number, string[]>();
    for await (const { name } of Deno.readDir(directory)) {
      const id = /^t\.(\d+)$/.exec(name)?.[1];
      if (id === undefined) continue;
      const text = await Deno.readTextFile(join(directory, name));
      threads.set(Number(id), text.split("\n").filter((line) => line !== ""));
    }
    return { tracer: Number(await Deno.readTextFile(pidFile)), code, threads };
  });
}

/** The strings of a line, as binary strings. */
export function stringsOf(line: string): string[] {
  return [...line.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex]) =>
    hex!.replace(/\\x(..)/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)))
  );
}
