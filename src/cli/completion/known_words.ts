/**
 * Words that fit where a kind of word is wanted.
 *
 * @module
 */

import type { WordKind } from "../command.ts";
import { safe } from "../print/output.ts";
import { daemonWords } from "./daemon_words.ts";
import type { GivenWords } from "./read_words.ts";
import { startingWith, type Suggestion, type Suggestions } from "./suggestion.ts";

/**
 * @param start how the word begins
 * @param before words that are the beginning of the same name
 */
export async function knownWords(
  kind: WordKind,
  given: GivenWords,
  start: string,
  before: string,
): Promise<Suggestions> {
  if (typeof kind !== "string") return only(kind.map((word) => ({ word })), start);
  switch (kind) {
    case "nothing":
      return only([], start);
    case "file":
      return { words: [], also: "files" };
    case "directory":
      return { words: [], also: "directories" };
    case "program":
      return { words: [], also: "program" };
    case "workspace":
      return only(await workspaces(), start);
    case "changed":
      return { ...only(await daemonWords(kind, given), start), also: "files" };
    case "branch":
    case "checkpoint":
    case "filter": {
      const words = await daemonWords(kind, given);
      return only(before === "" ? words : goingOn(words, before), start);
    }
  }
}

function only(words: readonly Suggestion[], start: string): Suggestions {
  // What a terminal would not show as it is cannot be typed either.
  const plain = words.filter(({ word }) => word !== "" && safe(word) === word);
  return { words: startingWith(start, plain), also: "nothing" };
}

/** What is left of the names that begin with the words `before`. */
function goingOn(words: readonly Suggestion[], before: string): Suggestion[] {
  const beginning = `${before} `;
  return words.filter(({ word }) => word.startsWith(beginning))
    .map(({ word, ...rest }) => ({ word: word.slice(beginning.length), ...rest }));
}

async function workspaces(): Promise<Suggestion[]> {
  const { listNamed } = await import("../../daemon/workspaces/named_workspace.ts");
  return (await listNamed()).map(({ name, source }) => ({ word: name, brief: safe(source) }));
}
