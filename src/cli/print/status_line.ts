/**
 * One line for prompts and status bars: which branch one stands in, how many checkpoints it has, and whether what is done here
 * can be taken back. It asks the mount itself, by two files of it: that takes no connection.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { IS_VOLUME, isWithin, listMounts, MOUNT_TYPE } from "../../host/mounts.ts";
import { joined, several } from "./format.ts";
import { safe } from "./output.ts";

/** Longest time to wait for a daemon: a prompt waits for it, ms. */
const DEADLINE_MS = 1_000;

/** Null where nothing is to be said: outside of mounts and of projects that have one. */
export async function statusLine(directory: string): Promise<string | null> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(UNANSWERED), DEADLINE_MS);
  try {
    return await Promise.race([ask(directory), late]);
  } finally {
    clearTimeout(timer);
  }
}

const UNANSWERED = "not protected: the daemon does not answer";

async function ask(directory: string): Promise<string | null> {
  const mounts = (await listMounts(await knownFolders())).filter(({ type, path }) =>
    type === MOUNT_TYPE && isWithin(directory, path)
  );
  if (mounts.length === 0) return await besideMount(directory);
  // A branch's own directory is nearer than the root of the mount.
  const root = Math.min(...mounts.map(({ path }) => path.length));
  for (let at = directory; at.length >= root; at = dirname(at)) {
    const line = await lineOf(at);
    if (line !== null) return line;
    if (at === dirname(at)) break;
  }
  return UNANSWERED;
}

/** Where mounts may be that are in no list of the system's. */
async function knownFolders(): Promise<string[]> {
  if (!IS_VOLUME) return [];
  const { listWorkspaces } = await import("../../daemon/workspaces/workspace.ts");
  return (await listWorkspaces()).map(({ mount }) => mount);
}

/** Null where no tree of ours begins. */
async function lineOf(root: string): Promise<string | null> {
  try {
    const status = join(root, ".agentvfs/status");
    // The runtime opens files on this thread, where nothing could end the wait for a daemon that does not answer.
    await Deno.stat(status);
    const text = await Deno.readTextFile(status);
    const { branch, changes, state, mount, import: imported } = JSON.parse(text);
    if (imported?.state === "failed") return "not protected: the import failed";
    const checkpoints = await countOf([root, mount].map((at) => join(at, ".agentvfs/checkpoints")));
    return joined(
      safe(branch),
      checkpoints === null ? "" : several(checkpoints, "checkpoint"),
      changes === 0 ? "" : `${changes} changed`,
      state === "importing" ? "protected, importing" : "protected",
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    return UNANSWERED;
  }
}

/** How much is in the first of the directories that is there: only the root of a mount lists checkpoints. */
async function countOf(directories: readonly string[]): Promise<number | null> {
  for (const directory of directories) {
    try {
      return (await Array.fromAsync(Deno.readDir(directory))).length;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

/** What is done in the project itself, beside its mount, nobody records. */
async function besideMount(directory: string): Promise<string | null> {
  const { runningWorkspaces } = await import("../../daemon/workspaces/find_daemon.ts");
  const around = (await runningWorkspaces()).find(({ source }) => isWithin(directory, source));
  return around === undefined ? null : `not protected here: the mount is ${safe(around.mount)}`;
}
