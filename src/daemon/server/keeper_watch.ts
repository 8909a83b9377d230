/**
 * What becomes of a server whose keeper is gone: nobody else would unmount.
 *
 * @module
 */

import type { ProcessId } from "../../host/processes.ts";
import { isKept } from "../adapter/keeper_bond.ts";
import { unmountOwn } from "../adapter/mount_project.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import { failedTo } from "../threads/failed_to.ts";

/** How often it looks whether the keeper still lives, ms. */
const KEEPER_CHECK_MS = 250;

/** Returns the server's exit code. */
export async function abandoned(mount: string): Promise<number> {
  console.error("The keeper is gone: unmounting");
  await unmountOwn(mount, true);
  return 0;
}

/** The mount ends with the keeper. */
export function watchKeeper(keeper: ProcessId, mount: string, fs: FsClient): void {
  const timer = setInterval(async () => {
    if (isKept(keeper)) return;
    clearInterval(timer);
    await abandoned(mount).catch(failedTo("unmount")).finally(() => fs.end());
  }, KEEPER_CHECK_MS);
  Deno.unrefTimer(timer);
}
