/**
 * Catches of where a daemon mounts.
 *
 * @module
 */

import { closedDirectory } from "../../daemon/workspaces/closed_directory.ts";
import { othersDaemon } from "../../daemon/workspaces/others_daemon.ts";
import type { DaemonConfig } from "../../daemon/workspaces/workspace.ts";
import type { Warning } from "./warning.ts";

export async function placeWarnings(config: DaemonConfig): Promise<Warning[]> {
  return [...await outOfReach(config), ...await mountedByOther(config)];
}

/** Another user has a mount of the project: who means that one would look for their work here in vain. */
async function mountedByOther({ source }: DaemonConfig): Promise<Warning[]> {
  const other = await othersDaemon(source);
  if (other === null) return [];
  return [{
    code: "mounted_by_other",
    message: `user ${other.user} has a mount of this project, too: ${other.mount}`,
    hint: `this one is yours, with a history of its own; for theirs do it as ${other.user}`,
  }];
}

/** A mount that is open to others in a place that is not. */
async function outOfReach(config: DaemonConfig): Promise<Warning[]> {
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
