/**
 * Patterns of directory listings, as `FsRtlIsNameInExpression` has them: `*` and `?`, and `<`, `>` and `"` into which
 * Windows makes those of DOS: any characters up to the last dot, any character or the end, a dot or the end.
 *
 * @module
 */

import { foldedName } from "../../../../ffi/windows/names_utf16.ts";

/** Whether a name is one of those that `pattern` stands for; an empty one stands for all. */
export function matcher(pattern: string, caseSensitive: boolean): (name: string) => boolean {
  if (pattern === "" || pattern === "*") return () => true;
  const fold = caseSensitive ? (name: string) => name : foldedName;
  const folded = fold(pattern);
  return (name) => matches(folded, fold(name));
}

/** The places in the pattern that may come next, character by character: its cost is their product. */
function matches(pattern: string, name: string): boolean {
  const lastDot = name.lastIndexOf(".");
  let places = skip(pattern, new Set([0]), name.length === 0);
  for (let i = 0; i < name.length; i++) {
    const next = new Set<number>();
    for (const at of places) step(pattern, at, name, i, lastDot, next);
    places = skip(pattern, next, i === name.length - 1);
    if (places.size === 0) return false;
  }
  return places.has(pattern.length);
}

function step(
  pattern: string,
  at: number,
  name: string,
  i: number,
  lastDot: number,
  next: Set<number>,
): void {
  const wanted = pattern[at];
  const character = name[i];
  if (wanted === "*") next.add(at);
  else if (wanted === "<") {
    next.add(at);
    // It takes the last dot too only if nothing else of the pattern wants it.
    if (i === lastDot) next.add(at + 1);
  } else if (wanted === "?") next.add(at + 1);
  else if (wanted === ">") {
    if (character !== ".") next.add(at + 1);
  } else if (wanted === '"') {
    if (character === ".") next.add(at + 1);
  } else if (wanted === character) next.add(at + 1);
}

/** Adds the places that are reached without a character. */
function skip(pattern: string, places: Set<number>, atEnd: boolean): Set<number> {
  for (const at of places) {
    const wanted = pattern[at];
    const isOptional = wanted === "*" || wanted === "<" || wanted === ">" ||
      wanted === '"' && atEnd;
    if (isOptional) places.add(at + 1);
  }
  return places;
}
