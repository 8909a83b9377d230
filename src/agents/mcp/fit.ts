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
  const cuts = (tool.cuts ?? []).filter((name) => result[name] !== undefined);
  let fields: Record<string, unknown> = { ...result };
  for (const name of cuts) fields[name] = first(result[name], 0);
  let left = 0;
  cuts.forEach((name, index) => {
    const budget = (MOST_CHARACTERS - NOTE_CHARACTERS) * (index + 1) / cuts.length;
    const kept = most(lengthOf(result[name]), (count) => {
      return words(tool, { ...fields, [name]: first(result[name], count) }).length <= budget;
    });
    fields = { ...fields, [name]: first(result[name], kept) };
    left += lengthOf(result[name]) - kept;
  });
  return { fields, left };
}

/** The result in words. */
export function words(tool: Tool, fields: Fields): string {
  return tool.text(fields as Parameters<Tool["text"]>[0]);
}

/** The first `count` entries of a list, or lines of a text. */
function first(value: unknown, count: number): unknown {
  if (Array.isArray(value)) return value.slice(0, count);
  return String(value).split("\n").slice(0, count).join("\n");
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : String(value).split("\n").length;
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
