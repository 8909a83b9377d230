/**
 * Whether what is recorded is where a program brings it to other machines: a store that two machines write is damaged, and one
 * that is copied while it is written is not whole.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

/** Names of directories that are synchronized, and of what stands in them. */
const NAMES =
  /^(Dropbox( \(.*\))?|OneDrive( - .*)?|Google ?Drive|My Drive|Nextcloud|ownCloud|pCloudDrive|MEGA|Syncthing)$/i;
const MARKS = [".dropbox", ".stfolder", ".nextcloudsync.log", ".sync", ".owncloudsync.log"];

export async function synchronized(machine: Machine, state: string): Promise<Check | null> {
  for (let at = state; at !== dirname(at); at = dirname(at)) {
    const marks = await Promise.all(MARKS.map((name) => machine.exists(join(at, name))));
    const isHome = at === machine.home;
    if (!NAMES.test(basename(at)) && (isHome || !marks.includes(true))) continue;
    return {
      name: "state",
      state: "warn",
      found: `${state} is in ${at}, which something brings to other machines while it is written`,
      fix: "Set AGENTVFS_STATE_DIR to a directory that is not synchronized",
    };
  }
  return null;
}
