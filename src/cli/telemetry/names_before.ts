/**
 * Which names a file had before an event.
 *
 * @module
 */

import { exactPaths, type LoggedEvent } from "../../telemetry/logged_event.ts";

/** Of a rename's flags, as the log has them: both change places. */
const RENAME_EXCHANGE = 2;

/**
 * The names, binary strings, by which what has `names` after the event was known before it, and what it took the place of; null: the
 * event was not about it.
 */
export function namesBefore(
  event: LoggedEvent,
  names: ReadonlySet<string>,
): ReadonlySet<string> | null {
  const { event: { action, outcome }, agentvfs: { flags = 0 } } = event;
  const { path, target } = exactPaths(event);
  if (outcome === "failure" || path === undefined) return null;
  const isAbout = names.has(path);
  if (target === undefined || action !== "rename" && action !== "link") {
    return isAbout ? names : null;
  }
  if (action === "link") return isAbout || names.has(target) ? names.union(new Set([path])) : null;
  const isExchange = (flags & RENAME_EXCHANGE) !== 0;
  const before = new Set<string>();
  let isMoved = false;
  for (const name of names) {
    const moved = under(name, target, path) ?? (isExchange ? under(name, path, target) : null);
    if (moved !== null) before.add(moved);
    // Its earlier versions are those of what was there.
    if (moved === null || name === target && !isExchange) before.add(name);
    isMoved ||= moved !== null;
  }
  return isMoved || isAbout ? before : null;
}

/** What a path at or below `to` was called when `to` was `from`; null: it is not there. */
function under(name: string, to: string, from: string): string | null {
  if (name === to) return from;
  return name.startsWith(`${to}/`) ? from + name.slice(to.length) : null;
}
