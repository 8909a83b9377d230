/**
 * A keeper that somebody suspended: no server takes over from one that died, and nothing is unmounted, until it goes on.
 *
 * @module
 */

import { keeperOf } from "../../host/dead_mount.ts";
import { stillSuspended } from "./still_suspended.ts";
import { WorkspaceError } from "./workspace_record.ts";

/** The process that keeps the mount at `path`, if it is suspended. */
async function suspended(path: string): Promise<number | null> {
  const pid = await keeperOf(path);
  return pid === null ? null : await stillSuspended([pid]);
}

/** Why nothing goes on with the mount at `path`, if it is that; else null. */
export async function suspendedKeeper(path: string): Promise<WorkspaceError | null> {
  const pid = await suspended(path);
  return pid === null ? null : isHeldUp(pid, path);
}

function isHeldUp(pid: number, path: string, cause?: unknown): WorkspaceError {
  const message =
    `The keeper of ${path} is suspended (process ${pid}): it neither starts a server nor unmounts`;
  return new WorkspaceError("keeper_suspended", 3, message, {
    hint:
      `Let it go on: kill -CONT ${pid}, or agentvfs quickstart; nothing that was written is lost`,
    cause,
  });
}

/** Lets the keeper of the mount at `path` go on, if it is suspended: true. Throws {@linkcode WorkspaceError} where one may not. */
export async function resumeKeeper(path: string): Promise<boolean> {
  const pid = await suspended(path);
  if (pid === null) return false;
  try {
    Deno.kill(pid, "SIGCONT");
  } catch (cause) {
    throw isHeldUp(pid, path, cause);
  }
  return true;
}
