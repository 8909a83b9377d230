/**
 * Which ways of asking less the kernel and a mount agreed on, for `doctor`.
 *
 * @module
 */

import { ControlClient } from "../control/client.ts";
import type { Check } from "./doctor.ts";
import { findDaemon, type FindOptions } from "./workspaces/find_daemon.ts";

/** What each rule of `status` means while it holds, and what it costs where the kernel does not offer it. */
const MEANINGS: Readonly<Record<string, readonly [on: string, off: string]>> = {
  "no-open": ["opening and closing a file is not sent", "each open of a file is sent"],
  "no-opendir": [
    "nor is that of directories, and listings are cached",
    "each open of a directory is sent",
  ],
  readdirplus: ["a listing tells attributes, too", "each listed name is looked up by itself"],
  "parallel-dirops": [
    "a directory is asked about by many at once",
    "one request at a time for each",
  ],
  "symlink-cache": ["targets of symlinks are cached", "each readlink is sent"],
  "explicit-invalidation": [
    "contents are cached until they change",
    "contents may be dropped when times change",
  ],
  "1-MiB-requests": ["up to 1 MiB is read and written at once", "at most 128 KiB at once"],
  "kill-privileges-v2": [
    "set-user-ID is looked for once, not at each write",
    "each write asks whether the file is set-user-ID",
  ],
  resend: [
    "a server that dies is replaced unnoticed",
    "when the server dies the mount goes with it",
  ],
  "file-handles": [
    "files are found by their handles, as NFS does",
    "a file handle is good while the kernel knows the file",
  ],
};

const DEADLINE_MS = 3_000;

/** One check for each rule of the mount that is meant; one that says why there are none. */
export async function cacheChecks(options: FindOptions): Promise<Check[]> {
  try {
    const { socket } = await findDaemon(options);
    using client = await ControlClient.connect(socket, { callDeadlineMs: DEADLINE_MS });
    const { mount, caches, routing } = await client.status();
    // With some systems there is nothing to agree on.
    if (Object.keys(caches).length === 0) return [];
    return [
      { name: "caching", state: "ok", found: `as agreed with the kernel for ${mount}:` },
      ...Object.entries(caches).map(([name, on]) => rule(name, on, routing !== null)),
    ];
  } catch {
    // Which daemon is meant, and whether it answers, is for other commands to complain about.
    if (Deno.build.os !== "linux") return [];
    return [{ name: "caching", state: "ok", found: "agreed with the kernel when a mount is made" }];
  }
}

function rule(name: string, on: boolean, routed: boolean): Check {
  const [meaning = "on", otherwise = "off"] = MEANINGS[name] ?? [];
  if (!on && routed && name === "no-opendir") {
    return { name, state: "ok", found: `${otherwise}, as the mount is routed by cgroup` };
  }
  if (on) return { name, state: "ok", found: meaning };
  return { name, state: "warn", found: otherwise, fix: "A newer kernel may offer it" };
}
