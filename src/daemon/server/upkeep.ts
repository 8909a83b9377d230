/**
 * What the server sees to from time to time, without being asked.
 *
 * @module
 */

import { failedTo } from "../threads/failed_to.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";
import type { Daemon } from "./daemon.ts";
import { ProjectWatch } from "./project_watch.ts";

/** How often it looks whether the journal has become long, ms. */
const JOURNAL_CHECK_MS = 2_000;
/** How often it looks whether the processes live that temporary branches are for, ms. */
const OWNERS_CHECK_MS = 1_000;
/** Largest time between two looks whether it is time to collect garbage, ms. */
const GARBAGE_CHECK_MS = 30_000;

/** Begins. Returns what is to end before the mount does. */
export function startUpkeep(
  daemon: Daemon,
  { gcIdleMs, watch, source }: DaemonConfig,
): { end(): void } | null {
  every(JOURNAL_CHECK_MS, "fold the journals", () => daemon.foldJournals());
  every(OWNERS_CHECK_MS, "delete branches that were left", () => daemon.deleteLeftBranches());
  if (gcIdleMs > 0) {
    const interval = Math.min(GARBAGE_CHECK_MS, Math.max(100, gcIdleMs / 4));
    every(interval, "collect garbage", () => daemon.collectWhenIdle());
  }
  return watch ? watchProject(daemon, source) : null;
}

function every(interval: number, what: string, job: () => Promise<unknown>): void {
  Deno.unrefTimer(setInterval(() => job().catch(failedTo(what)), interval));
}

function watchProject(daemon: Daemon, source: string): ProjectWatch {
  const refresh = () => daemon.service.refresh({ untouched: true });
  const watch = new ProjectWatch({ source, refresh });
  watch.run().catch(failedTo("watch the project"));
  return watch;
}
