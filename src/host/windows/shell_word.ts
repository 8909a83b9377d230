/**
 * What a person types on Windows: in cmd.exe, in PowerShell, or in a shell of Git's. Which one it is, the processes tell
 * that started this one.
 *
 * @module
 */

import { ancestry, commandOf } from "./processes.ts";
import * as posix from "../linux/shell_word.ts";
import { systemProgram } from "./system_program.ts";

interface Shell {
  shellWord(text: string): string;
  lineIn(directory: string, program: string): string;
}

/** `text` as one word, quoted only where it must be. */
export function shellWord(text: string): string {
  return own().shellWord(text);
}

/** A line that starts a program in a directory. */
export function lineIn(directory: string, program: string): string {
  return own().lineIn(directory, program);
}

/** Programs get what the runtime of C makes of the line; within quotes, cmd.exe takes nothing but `%` and `"`. */
const cmd: Shell = {
  shellWord(text) {
    if (/^[\w@+:./\\-]+$/.test(text)) return text;
    const quoted = `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, "$&$&")}"`;
    return /["%]/.test(text) ? quoted.replace(/[()%!^"<>&|]/g, "^$&") : quoted;
  },
  lineIn: (directory, program) => `cd /d ${cmd.shellWord(directory)} && ${program}`,
};

/** Typographic quotes end a text, too. The older PowerShell has no `&&`. */
const powershell: Shell = {
  shellWord: (text) =>
    /^[\w+:./\\-]+$/.test(text) ? text : `'${text.replace(/['\u2018-\u201b]/g, "$&$&")}'`,
  lineIn: (directory, program) => `cd ${powershell.shellWord(directory)}; ${program}`,
};

const SHELLS: Readonly<Record<string, Shell>> = {
  cmd,
  powershell,
  pwsh: powershell,
  bash: posix,
  sh: posix,
  zsh: posix,
};

let known: Shell | null = null;

function own(): Shell {
  known ??= shellAmong(ancestors());
  return known;
}

function* ancestors(): Generator<string> {
  for (const { pid } of ancestry(Deno.pid)) yield commandOf(pid);
}

/** The first that is a shell, of programs' names; cmd.exe if none is. */
export function shellAmong(names: Iterable<string>): Shell {
  for (const name of names) {
    const shell = SHELLS[name.toLowerCase().replace(/\.exe$/, "")];
    if (shell !== undefined) return shell;
  }
  return cmd;
}

/** Runs a line that a person wrote for cmd.exe, with further words behind it. */
export function shellCommand(line: string, ...words: string[]): posix.ShellCommand {
  // With /s the first quote and the last go, and nothing else.
  const whole = [line, ...words.map(cmd.shellWord)].join(" ");
  return {
    program: systemProgram("cmd"),
    args: ["/d", "/s", "/c", `"${whole}"`],
    windowsRawArguments: true,
  };
}

/** None: what Windows has shows no colours. */
export const PAGER = "";

export const EDITOR = "notepad";
