/**
 * Keeps what a workspace has, out of the way of one that begins anew.
 *
 * @module
 */

import { join } from "node:path";
import { type DaemonConfig, reason, WorkspaceError } from "./workspace.ts";

/** Directory in a workspace with what was set aside, a directory for each time. */
const ASIDE = "old";
/** What goes with the store: all that is about what is in it. */
const COMPANIONS = ["source.json", "workspace.json", "agents.jsonl", "daemon.log", "crashes"];

/**
 * Moves the store away, with what belongs to it. Resolves with its new place; null if there was none. Nobody may
 * have it open, or be starting a daemon, meanwhile. Throws {@linkcode WorkspaceError}.
 */
export async function setAside(config: DaemonConfig): Promise<string | null> {
  const { workspace, store } = config;
  if (!await hasEntries(store)) return null;
  const time = new Date().toISOString().replace(/[-:]|\..*/g, "").replace("T", "-");
  const directory = join(workspace, ASIDE, time);
  const isOwn = store === join(workspace, "store");
  const kept = isOwn ? join(directory, "store") : `${store}.${time}`;
  try {
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    await Deno.rename(store, kept);
  } catch (cause) {
    const message = `Cannot keep ${store} as ${kept}: ${reason(cause)}`;
    throw new WorkspaceError("cannot_set_aside", 4, message, {
      hint: "Choose another place for the new store with --store",
      cause,
    });
  }
  // The store is what counts: without these it can be mounted as well.
  for (const name of COMPANIONS) {
    await Deno.rename(join(workspace, name), join(directory, name)).catch(() => {});
  }
  return kept;
}

async function hasEntries(directory: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(directory)) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return false;
}
