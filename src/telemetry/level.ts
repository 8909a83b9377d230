/**
 * How much of what is done in a mount is recorded.
 *
 * @module
 */

import type { Action } from "./event.ts";

/** Each has what those before it have. */
export const LEVELS = ["off", "changes", "opens", "all"] as const;

export type Level = typeof LEVELS[number];

/** True if the kernel is to ask the mount for each open(2), which it otherwise carries out itself. */
export function asksForOpens(level: Level): boolean {
  return level === "opens" || level === "all";
}

/** The actions that change something, in the order of their numbers in a record of the mount. */
export const CHANGES: readonly Action[] = [
  "create",
  "mkdir",
  "mknod",
  "symlink",
  "link",
  "unlink",
  "rmdir",
  "rename",
  "write",
  "truncate",
  "fallocate",
  "chmod",
  "chown",
  "utimes",
  "setxattr",
  "removexattr",
];

/** True if the mount tells of each such action at this level, so that nobody else has to. */
export function tellsOf(level: Level, action: Action): boolean {
  if (level === "off") return false;
  if (CHANGES.includes(action)) return true;
  return asksForOpens(level) && (action === "open" || action === "exec-open" || action === "close");
}
