/**
 * Paths of changes as lists show them.
 *
 * @module
 */

import { binaryString, textOfBytes } from "../../../ffi/binary_string.ts";
import { quotePath } from "../../../ffi/quote_path.ts";
import type { Change } from "../../control/service/history.ts";

/** The path as a binary string. */
function pathBytes({ path, pathBytes }: Change): string {
  return pathBytes === undefined ? binaryString(path) : atob(pathBytes);
}

/** Where a renamed file was, as a binary string. */
function oldPathBytes({ oldPath = "", oldPathBytes }: Change): string {
  return oldPathBytes === undefined ? binaryString(oldPath) : atob(oldPathBytes);
}

/** The path, with a slash behind a directory; in C quotes, as git has them, where it could be misread. */
export function shownPath(change: Change): string {
  return shown(pathBytes(change) + (change.kind === "directory" ? "/" : ""));
}

/** Where a renamed file was, as {@linkcode shownPath} has it. */
export function shownOldPath(change: Change): string {
  return shown(oldPathBytes(change));
}

/** `src/{old => new}/a.ts`. */
export function renamedName(change: Change): string {
  const [from, to] = [shownOldPath(change), shownPath(change)];
  if (from.startsWith('"') || to.startsWith('"')) return `${from} => ${to}`;
  let start = 0;
  for (let i = 0; i < from.length && from[i] === to[i]; i++) if (from[i] === "/") start = i + 1;
  const shared = start > 0 ? start - 1 : 0;
  let end = 0;
  for (let i = 1; i <= Math.min(from.length, to.length) - shared; i++) {
    if (from.at(-i) !== to.at(-i)) break;
    if (from.at(-i) === "/") end = i;
  }
  const middle = (path: string) => path.slice(start, Math.max(start, path.length - end));
  const renamed = `${middle(from)} => ${middle(to)}`;
  if (start + end === 0) return renamed;
  return `${from.slice(0, start)}{${renamed}}${from.slice(from.length - end)}`;
}

/** Without what others say already: directories added or deleted with something in them, and where renamed files were. */
export function listedChanges(changes: readonly Change[]): Change[] {
  const left = new Set(
    changes.filter(({ oldPath }) => oldPath !== undefined).map(oldPathBytes),
  );
  return changes.filter((change, i) => {
    const path = pathBytes(change);
    if (change.status === "D" && left.has(path)) return false;
    if (change.kind !== "directory" || change.status !== "A" && change.status !== "D") return true;
    const next = changes[i + 1];
    return next === undefined || !pathBytes(next).startsWith(`${path}/`);
  });
}

function shown(path: string): string {
  const text = textOfBytes(Uint8Array.from(path, (c) => c.charCodeAt(0)));
  return UNSAFE.test(text) ? quotePath(path) : text;
}

/** What is no UTF-8, what could write over other text or reorder it, and quotes. */
// deno-lint-ignore no-control-regex
const UNSAFE = /[\x00-\x1f"\\\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\u{dc80}-\u{dcff}]/u;
