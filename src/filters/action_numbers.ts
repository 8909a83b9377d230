/**
 * Numbers by which filters know what was done: the original's for what it has, then what it does not tell apart.
 *
 * @module
 */

import type { Action } from "../telemetry/event.ts";

/** Index is the number. They are part of the filters' ABI: new ones come at the end. */
const ACTIONS: readonly Action[] = [
  "read",
  "write",
  "open",
  "close",
  "unlink",
  "rename",
  "truncate",
  "stat",
  "exec",
  "create",
  "mkdir",
  "mknod",
  "symlink",
  "link",
  "rmdir",
  "fallocate",
  "chmod",
  "chown",
  "utimes",
  "setxattr",
  "removexattr",
  "exec-open",
  "fork",
  "exit",
  "chdir",
  "connect",
  "bind",
  "send",
  "lost",
  "source-started",
  "source-stopped",
  "source-blind",
  "filter",
  "policy",
];

const NUMBERS: ReadonlyMap<Action, number> = new Map(ACTIONS.map((action, i) => [action, i]));

/** What stands for a name that has no number yet: filters see one they do not know. */
const UNKNOWN_ACTION = 0xffff;

export function actionNumber(action: Action): number {
  return NUMBERS.get(action) ?? UNKNOWN_ACTION;
}

/** Every action with its number, for filters that want names. */
export function actionNames(): readonly Action[] {
  return ACTIONS;
}
