/**
 * What runs, with its arguments (ps(1)).
 *
 * @module
 */

import { systemProgram } from "../linux/system_program.ts";

export interface CommandLine {
  readonly pid: number;
  /** The arguments with a space between each two: where one ends cannot be told. */
  readonly text: string;
}

/** Empty where ps cannot be run. */
export async function commandLines(): Promise<CommandLine[]> {
  try {
    const { stdout } = await new Deno.Command(systemProgram("ps"), {
      args: ["-axww", "-o", "pid=,args="],
      stdin: "null",
      stderr: "null",
    }).output();
    return parseCommandLines(new TextDecoder().decode(stdout));
  } catch {
    return [];
  }
}

function parseCommandLines(printed: string): CommandLine[] {
  return printed.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    return match === null ? [] : [{ pid: Number(match[1]), text: match[2]! }];
  });
}

/** True if `path` is one of the arguments, or the end of one that says `--option=path`. */
export function names({ text }: CommandLine, path: string): boolean {
  const at = text.indexOf(path);
  if (at < 0) return false;
  const before = text[at - 1];
  const after = text[at + path.length];
  return (before === " " || before === "=") && (after === undefined || after === " ");
}
