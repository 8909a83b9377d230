/**
 * What a shell may offer for the word that is being typed.
 *
 * @module
 */

export interface Suggestion {
  /** The whole word, as the program is to be given it. */
  readonly word: string;
  /** What it is, in one line. */
  readonly brief?: string;
}

export interface Suggestions {
  readonly words: readonly Suggestion[];
  /**
   * What the shell itself knows and may offer beside them. `program`: the words from {@linkcode programAt} on are another
   * program's command line.
   */
  readonly also: "nothing" | "files" | "directories" | "program";
  /** Index among the words that were given, the program's own name not counted. */
  readonly programAt?: number;
}

export const NOTHING: Suggestions = { words: [], also: "nothing" };

/** Those that go on from `start`, each once. */
export function startingWith(start: string, words: Iterable<Suggestion>): Suggestion[] {
  const seen = new Map<string, Suggestion>();
  for (const suggestion of words) {
    const { word } = suggestion;
    if (word.startsWith(start) && !seen.has(word)) seen.set(word, suggestion);
  }
  return [...seen.values()];
}
