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
