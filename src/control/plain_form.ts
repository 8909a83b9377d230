/**
 * What the plain words after a verb mean, for the methods that can be asked for in them.
 *
 * @module
 */

import { ServiceError } from "./service_error.ts";

/** The value of a last word `name=value`. */
export function suffix(name: string, words: string[]): string | undefined {
  const last = words.at(-1);
  return last?.startsWith(`${name}=`) ? last.slice(name.length + 1) : undefined;
}

/** The branch that a last word `branch=NAME` names, and the words before it. */
export function takeBranch(words: string[]): { rest: string[]; branch?: string } {
  const branch = suffix("branch", words);
  return branch === undefined ? { rest: words } : { rest: words.slice(0, -1), branch };
}

/** A checkpoint, whose label may have spaces. */
export function target(words: string[]): string {
  if (words.length === 0) throw refusedWords("missing target");
  return words.join(" ");
}

/** The JSON object that some of the original's verbs take. */
export function jsonBody(words: string[]): object {
  try {
    const body: unknown = JSON.parse(words.join(" "));
    if (typeof body === "object" && body !== null) return body;
  } catch { /* told below */ }
  throw refusedWords("malformed request");
}

/** So many words. */
export function exactly(count: number, usage: string, words: string[]): string[] {
  if (words.length === count) return words;
  throw refusedWords(`it is said so: ${usage}`);
}

/** Refuses what follows a verb that stands alone. */
export function noWords(verb: string, words: string[]): void {
  if (words.length > 0) throw refusedWords(`${verb} takes no words`);
}

export function refusedWords(message: string): ServiceError {
  return new ServiceError("bad_params", message, { exit: 2 });
}
