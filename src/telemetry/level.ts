/**
 * How much of what is done in a mount is recorded.
 *
 * @module
 */

/** Each has what those before it have. */
export const LEVELS = ["off", "changes", "opens", "all"] as const;

export type Level = typeof LEVELS[number];

/** True if the kernel is to ask the mount for each open(2), which it otherwise carries out itself. */
export function asksForOpens(level: Level): boolean {
  return level === "opens" || level === "all";
}
