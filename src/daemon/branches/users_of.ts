/**
 * Who uses a mount, or the tree of a branch: the system tells it of a path, or requests have told it.
 *
 * @module
 */

import { type MountUser, usersAt } from "../../host/mount_users.ts";
import { commandOf } from "../../host/processes.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";

/**
 * Processes that have something open at `path` or below it, without this one.
 *
 * @param view what is seen there; null: the whole mount
 * @param mayStand of these it does not count that they stand there
 */
export async function usersOf(
  fs: FsClient,
  { path, view }: { readonly path: string; readonly view: number | null },
  mayStand: ReadonlySet<number> = new Set(),
): Promise<MountUser[]> {
  return await usersTold(fs, view, mayStand) ?? await usersAt(path, mayStand);
}

/** The same where requests tell it, as they do where the system knows files by their names; null elsewhere. */
export async function usersTold(
  fs: FsClient,
  view: number | null,
  mayStand: ReadonlySet<number> = new Set(),
): Promise<MountUser[] | null> {
  const told = await fs.call("users", view);
  if (told === null) return null;
  return told
    .filter(({ pid, onlyStands }) => pid !== Deno.pid && !(onlyStands && mayStand.has(pid)))
    .map(({ pid }) => ({ pid, command: commandOf(pid) }));
}
