/**
 * What a person types in a POSIX shell.
 *
 * @module
 */

/** `text` as one word, quoted only where it must be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A line that starts a program in a directory. */
export function lineIn(directory: string, program: string): string {
  return `cd ${shellWord(directory)} && ${program}`;
}

/** A program with its arguments, as Deno.Command takes them. */
export interface ShellCommand {
  readonly program: string;
  readonly args: string[];
  /** The arguments are as they stand on the one line that a program of Windows gets. */
  readonly windowsRawArguments?: boolean;
}

/** Runs a line that a person wrote, with further words behind it. */
export function shellCommand(line: string, ...words: string[]): ShellCommand {
  const args = words.length === 0 ? ["-c", line] : ["-c", `${line} "$@"`, "sh", ...words];
  return { program: "/bin/sh", args };
}

/** Shows what is long if nothing else is said: it ends by itself where everything fits, and leaves it on the screen. */
export const PAGER = "command -v less >/dev/null || exec cat; exec less -FRX";

/** What opens a text if nothing else is said. */
export const EDITOR = "vi";
