/**
 * Makes a mount that a test started usable by every user: suites of permissions act as several.
 *
 * @module
 */

import { dirname } from "node:path";
import type { Mounted } from "../support/mounted.ts";
import { succeed } from "../support/process.ts";

/** Arguments of quickstart for such a mount. */
export const FOR_OTHERS: readonly string[] = ["--allow-other"];

/**
 * Lets others through the private directories above the mountpoint, and clears nosuid and nodev, which
 * libfuse sets on every mount. The latter needs root and is the machine's matter, not the daemon's: a bind
 * remount changes the flags of the mountpoint alone.
 */
export async function openToOthers(mounted: Mounted): Promise<void> {
  for (let at = dirname(mounted.mount); at !== dirname(mounted.state); at = dirname(at)) {
    await Deno.chmod(at, 0o711);
  }
  if (Deno.uid() === 0) await succeed(["mount", "-o", "remount,bind,suid,dev", mounted.mount]);
}
