/**
 * What was done to one file, under the names that it had.
 *
 * @module
 */

import type { LoggedEvent } from "../../telemetry/logged_event.ts";

/** Of `events`, the oldest first, those that made the file at `path` what it is in `branch`. */
export function blame(
  events: readonly LoggedEvent[],
  path: string,
  branch: string,
): LoggedEvent[] {
  const made: LoggedEvent[] = [];
  let name = path;
  for (const event of events.toReversed()) {
    const { event: { action, outcome }, file, agentvfs } = event;
    if (agentvfs.branch !== branch || outcome === "failure" || file === undefined) continue;
    const { path: from, target_path: to } = file;
    if (action === "rename" && to !== undefined && from !== undefined) {
      const before = nameBefore(name, from, to);
      if (before === null && from !== name) continue;
      made.push(event);
      name = before ?? name;
    } else if (from === name || (action === "link" && to === name)) made.push(event);
  }
  return made.reverse();
}

/** What was at `name` was there before `from` became `to`, as itself or in a directory; null: that was not about it. */
function nameBefore(name: string, from: string, to: string): string | null {
  if (name === to) return from;
  return name.startsWith(`${to}/`) ? from + name.slice(to.length) : null;
}
