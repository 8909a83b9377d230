/**
 * What a program says itself that it did, where no call shows it: a line for each deed, its words between spaces.
 *
 * @module
 */

import type { Program } from "./programs.ts";
import { type StraceLog, textOf } from "./strace_log.ts";

export interface Said {
  readonly thread: number;
  /** Name of the program. */
  readonly program: string;
  readonly action: string;
  readonly path: string;
  readonly more?: string;
}

/** `place`: where it worked. */
export async function readSaid({ says }: Program, place: string, log: StraceLog): Promise<Said[]> {
  if (says === undefined) return [];
  const [file, program] = says;
  const { thread } = log.calls.find(({ name, args, error }) =>
    name === "execve" && error === null && textOf(args[0])!.endsWith(`/${program}`)
  )!;
  const lines = (await Deno.readTextFile(`${place}/${file}`)).trim().split("\n");
  return lines.filter((line) => line !== "unavailable").map((line) => {
    const [action = "", path = "", more] = line.split(" ");
    return { thread, program, action, path, ...(more === undefined ? {} : { more }) };
  });
}
