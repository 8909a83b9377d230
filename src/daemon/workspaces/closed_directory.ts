/**
 * Whether other users can get to a mount that is open to them.
 *
 * @module
 */

import { dirname } from "node:path";
import type { DaemonConfig } from "./workspace.ts";

/** Search permission for the group or for others. An ACL that lets somebody else in shows as the group's. */
const SEARCH_BY_OTHERS = 0o011;

/** A directory that lets nobody but its owner through. */
export interface ClosedDirectory {
  readonly path: string;
  readonly mode: number;
}

/** The first directory on the way to the mount, or the project itself, whose mode closes it to other users. */
export async function closedDirectory(
  { mount, source }: Pick<DaemonConfig, "mount" | "source">,
): Promise<ClosedDirectory | null> {
  // The mountpoint's own mode is hidden: what is mounted has that of the project.
  const way = [source];
  for (let at = dirname(mount);; at = dirname(at)) {
    way.push(at);
    if (at === dirname(at)) break;
  }
  for (const path of way.reverse()) {
    const mode = (await Deno.stat(path).catch(() => null))?.mode ?? null;
    if (mode !== null && (mode & SEARCH_BY_OTHERS) === 0) return { path, mode: mode & 0o7777 };
  }
  return null;
}
