/**
 * Whether the mount tells of the same: what was done in it, seen from outside it by another source, is one event.
 *
 * @module
 */

import type { Action, TelemetryEvent } from "./event.ts";
import type { Level } from "./level.ts";

const O_CREAT = 0o100;
const O_TRUNC = 0o1000;

/** What changes nothing the mount tells only if it is asked for opens. */
const LOOKS: ReadonlySet<Action> = new Set(["open", "read", "close", "stat"]);
const ELSEWHERE: ReadonlySet<Action> = new Set(["exec", "fork", "exit", "chdir", "lost"]);

/** `places`: where the mount is seen, as binary strings. */
export function isToldByMount(
  { action, path, flags = 0 }: TelemetryEvent,
  places: readonly string[],
  level: Level,
): boolean {
  if (path === undefined || ELSEWHERE.has(action)) return false;
  if (!places.some((place) => path === place || path.startsWith(`${place}/`))) return false;
  const changes = (flags & (O_CREAT | O_TRUNC)) !== 0;
  return changes || !LOOKS.has(action) || level === "opens" || level === "all";
}
