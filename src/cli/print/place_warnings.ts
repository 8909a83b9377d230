/**
 * Catches of where a daemon mounts.
 *
 * @module
 */

import { closedDirectory } from "../../daemon/workspaces/closed_directory.ts";
import type { DaemonConfig } from "../../daemon/workspaces/workspace.ts";
import type { Warning } from "./warning.ts";

/** A mount that is open to others in a place that is not. */
export async function placeWarnings(config: DaemonConfig): Promise<Warning[]> {
  if (!config.allowOther) return [];
  const closed = await closedDirectory(config);
  if (closed === null) return [];
  const { path, mode } = closed;
  return [{
    code: "mount_out_of_reach",
    message: `other users cannot get to ${config.mount}: ${path} is closed to them (mode ${
      mode.toString(8)
    })`,
    hint: path === config.source
      ? `let them in: chmod go+x ${path}`
      : "mount where they can go: --mount DIR, which is made if need be",
  }];
}
