/**
 * Cuts a result so that its words stay below what clients cut themselves, in the middle and without a word.
 *
 * @module
 */

import type { Tool } from "./tool.ts";

/** Longest text of a result, characters. */
export const MOST_CHARACTERS = 4096;
/** Left for the sentence that says what is missing. */
const NOTE_CHARACTERS = 400;

type Fields = Readonly<Record<string, unknown>>;

/** The result with its lists, and then its text, as long as they fit, and how many entries or lines are not in it. */
export function fit(tool: Tool, result: Fields): { fields: Fields; left: number } {
  const parts = (tool.cuts ?? []).filter((name) => result[name] !== undefined)
    .map((name) => ({ name, part: new Part(result[name], tool.inside) }));
  let fields: Fields = result;
  for (const { name, part } of parts) fields = { ...fields, [name]: part.first(0) };
  let left = 0;
  parts.forEach(({ name, part }, index) => {
    const budget = (MOST_CHARACTERS - NOTE_CHARACTERS) * (index + 1) / parts.length;
    const kept = most(part.length, (count) => {
      return words(tool, { ...fields, [name]: part.first(count) }).length <= budget;
    });
    fields = { ...fields, [name]: part.first(kept) };
    left += part.after(kept);
  });
  return { fields, left };
}

/** The result in words. */
export function words(tool: Tool, fields: Fields): string {
  return tool.text(fields as Parameters<Tool["text"]>[0]);
}

/** A list, the lines of a text, or the lists in the entries of a list: what can be cut. */
class Part {
  readonly #lists: readonly (readonly unknown[])[];

  constructor(readonly value: unknown, readonly inside: readonly string[] = []) {
    const entries = Array.isArray(value) ? value : String(value).split("\n");
    this.#lists = inside.length === 0
      ? [entries]
      : entries.flatMap((entry) => inside.map((name) => entry[name]));
  }

  get length(): number {
    return Math.max(0, ...this.#lists.map(({ length }) => length));
  }

  /** How many are not among the first `count`. */
  after(count: number): number {
    return this.#lists.reduce((sum, { length }) => sum + Math.max(0, length - count), 0);
  }

  first(count: number): unknown {
    if (!Array.isArray(this.value)) return this.#lists[0]!.slice(0, count).join("\n");
    if (this.inside.length === 0) return this.value.slice(0, count);
    return this.value.map((entry) => {
      const cut = this.inside.map((name) => [name, entry[name].slice(0, count)] as const);
      return { ...entry, ...Object.fromEntries(cut) };
    });
  }
}

/** The largest number up to `limit` that fits, where smaller ones fit as well. */
function most(limit: number, fits: (count: number) => boolean): number {
  let [low, high] = [0, limit];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
