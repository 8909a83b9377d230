/**
 * Which daemon a command means.
 *
 * In this order: the socket it names; the project or mount it names; `$AGENTVFS_SOCK`; the mount or project it
 * stands in; the only daemon that is running.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { isListening } from "../../control/socket_path.ts";
import { isWithin, listMounts, MOUNT_TYPE } from "../../host/mounts.ts";
import { listWorkspaces, WorkspaceError, type WorkspaceRecord } from "./workspace.ts";

/** What is known of the daemon; all of it may be left out. */
export interface FindOptions {
  socket?: string | undefined;
  /** A project, a mountpoint, or something inside one. */
  directory?: string | undefined;
  /** Starting point; the current directory by default. */
  cwd?: string | undefined;
}

/** How to reach a daemon. */
export interface FoundDaemon {
  socket: string;
  /** Null where only the socket is known. */
  workspace: WorkspaceRecord | null;
}

/** Throws {@linkcode WorkspaceError}: exit 3 where there is no daemon, 2 where it is not clear which. */
export async function findDaemon(options: FindOptions): Promise<FoundDaemon> {
  if (options.socket !== undefined) return { socket: resolve(options.socket), workspace: null };
  if (options.directory !== undefined) {
    const directory = resolve(options.directory);
    const found = await findAround(directory);
    if (found !== null) return found;
    throw new WorkspaceError("unreachable", 3, `There is no daemon for ${directory}`, {
      hint: `Start one: agentvfs quickstart ${directory}`,
    });
  }
  const named = Deno.env.get("AGENTVFS_SOCK");
  if (named) return { socket: resolve(named), workspace: null };
  const cwd = options.cwd ?? currentDirectory();
  return (cwd === null ? null : await findAround(cwd)) ?? await findOnly();
}

/** The daemon whose mount or project `directory` is, or is in. */
export async function findAround(directory: string): Promise<FoundDaemon | null> {
  const workspaces = await listWorkspaces();
  const mount = (await listMounts())
    .filter(({ type, path }) => type === MOUNT_TYPE && isWithin(directory, path))
    .reduce<string | null>(
      (deepest, { path }) => path.length > (deepest?.length ?? 0) ? path : deepest,
      null,
    );
  if (mount !== null) {
    // A view mounted over the project's own path is the project's daemon too.
    const known = await choose(workspaces.filter((w) => w.mount === mount || w.source === mount));
    return known ?? await askMount(mount);
  }
  const real = await Deno.realPath(directory).catch(() => directory);
  const candidates = workspaces.filter((w) =>
    isWithin(real, w.source) || isWithin(directory, w.mount)
  );
  const nearest = Math.max(...candidates.map((w) => w.source.length));
  const unmounted = candidates.filter((w) => isWithin(directory, w.mount));
  return await choose(
    unmounted.length > 0 ? unmounted : candidates.filter((w) => w.source.length === nearest),
  );
}

/** Of several workspaces for one place the one whose daemon runs. */
async function choose(workspaces: WorkspaceRecord[]): Promise<FoundDaemon | null> {
  const [first, second] = workspaces;
  if (first === undefined) return null;
  if (second === undefined) return found(first);
  const running = await onlyRunning(workspaces);
  if (running.length > 1) throw ambiguous(running);
  return found(running[0] ?? first);
}

async function findOnly(): Promise<FoundDaemon> {
  const running = await onlyRunning(await listWorkspaces());
  const [only, another] = running;
  if (another !== undefined) throw ambiguous(running);
  if (only !== undefined) return found(only);
  throw new WorkspaceError("unreachable", 3, "No agentvfs daemon is running", {
    hint: "Start one: agentvfs quickstart DIR",
  });
}

async function onlyRunning(workspaces: WorkspaceRecord[]): Promise<WorkspaceRecord[]> {
  const states = await Promise.all(workspaces.map((workspace) => isListening(workspace.socket)));
  return workspaces.filter((_, i) => states[i]);
}

/** A mount that this state root knows nothing of says itself where its daemon listens. */
async function askMount(mount: string): Promise<FoundDaemon | null> {
  try {
    const status = JSON.parse(await Deno.readTextFile(join(mount, ".agentvfs/status")));
    return typeof status.socket === "string" ? { socket: status.socket, workspace: null } : null;
  } catch {
    return null;
  }
}

function found(workspace: WorkspaceRecord): FoundDaemon {
  return { socket: workspace.socket, workspace };
}

function ambiguous(running: WorkspaceRecord[]): WorkspaceError {
  const list = running.map(({ source, mount, socket }) => ({ source, mount, socket }));
  const lines = list.map(({ source, mount }) => `  ${source}  mounted at ${mount}`).sort();
  return new WorkspaceError(
    "ambiguous_daemon",
    2,
    `${running.length} daemons are running and none of them is meant here:\n${lines.join("\n")}`,
    { hint: "Name one with --project DIR or --sock PATH, or stand in its mount", details: list },
  );
}

/** Null where the current directory was removed. */
function currentDirectory(): string | null {
  try {
    return Deno.cwd();
  } catch {
    return null;
  }
}
