/**
 * What a program says itself that it did, where no call shows it: a line for each deed, its words between spaces.
 *
 * @module
 */

import type { Program } from "./programs.ts";
import { type StraceLog, textOf } from "./strace_log.ts";

/** A line. */
export interface SaidLine {
  readonly action: string;
  readonly path: string;
  readonly more?: string;
}

export interface Said extends SaidLine {
  readonly thread: number;
  /** Name of the program. */
  readonly program: string;
}

/** `place`: where it worked. */
export async function readSaid(program: Program, place: string, log: StraceLog): Promise<Said[]> {
  if (program.says === undefined) return [];
  const [, name] = program.says;
  const { thread } = log.calls.find((call) =>
    call.name === "execve" && call.error === null && textOf(call.args[0])!.endsWith(`/${name}`)
  )!;
  return (await saidLines(program, place)).map((line) => ({ ...line, thread, program: name }));
}

export async function saidLines({ says }: Program, place: string): Promise<SaidLine[]> {
  if (says === undefined) return [];
  const lines = (await Deno.readTextFile(`${place}/${says[0]}`)).trim().split("\n");
  return lines.filter((line) => line !== "unavailable").map((line) => {
    const [action = "", path = "", more] = line.split(" ");
    return { action, path, ...(more === undefined ? {} : { more }) };
  });
}
