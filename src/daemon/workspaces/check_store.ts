/**
 * Whether a store can be written to, found before anything is mounted.
 *
 * @module
 */

import { close } from "../../host/files.ts";
import { StoreError } from "../../store/format/store_error.ts";
import { checkFormat } from "../../store/index/store_format.ts";
import { lockStore } from "../../store/files/store_lock.ts";
import { formatPath, lockPath } from "../../store/files/store_paths.ts";
import { isListening } from "../../control/socket_path.ts";
import { askStatus } from "./spawn.ts";
import { listWorkspaces, WorkspaceError } from "./workspace.ts";

/** Throws {@linkcode WorkspaceError} if another process writes to the store or this program cannot read it. */
export async function checkStore(directory: string): Promise<void> {
  try {
    if (await exists(lockPath(directory))) await checkLock(directory);
    if (await exists(formatPath(directory))) checkFormat(directory);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    throw new WorkspaceError(`store_${cause.code}`, 1, cause.message, {
      hint: HINTS[cause.code] ?? `Choose another place with --store, or move ${directory} away`,
      cause,
    });
  }
}

/** A server that dies with its keeper may hold the lock for a moment longer, ms. */
const LOCK_DEADLINE_MS = 10_000;
const LOOK_MS = 20;

/** Throws {@linkcode StoreError} `locked` if somebody holds the lock and does not let go of it soon, or is not going to. */
async function checkLock(directory: string): Promise<void> {
  const deadline = performance.now() + LOCK_DEADLINE_MS;
  while (true) {
    try {
      return void close(lockStore(directory));
    } catch (error) {
      const held = error instanceof StoreError && error.code === "locked";
      if (!held || performance.now() > deadline || await isServed(directory)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const ANSWER_DEADLINE_MS = 1_000;

/** True if a daemon of this user has the store open and is not about to end. */
async function isServed(directory: string): Promise<boolean> {
  for (const { store, socket } of await listWorkspaces()) {
    if (store !== directory || !await isListening(socket)) continue;
    const status = await askStatus(socket, ANSWER_DEADLINE_MS);
    if (status !== null && status.state !== "stopping") return true;
  }
  return false;
}

const HINTS: Readonly<Record<string, string>> = {
  locked: "Stop the daemon that uses it (agentvfs stop), or choose another place with --store",
  newer_version: "Update agentvfs, or choose another place with --store",
  older_version: "Use the agentvfs that made it, or choose another place with --store",
};

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
