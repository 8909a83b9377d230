/**
 * Which daemon a command means.
 *
 * In this order: the socket it names; the project or mount it names; `$AGENTVFS_SOCK`; the mount or project it
 * stands in; the only daemon that is running.
 *
 * @module
 */

import { join } from "node:path";
import { absolutePath, currentDirectory } from "../../host/current_directory.ts";
import { isListening } from "../../control/socket_path.ts";
import { HAS_VIEWS, isWithin, listMounts, type Mount, MOUNT_TYPE } from "../../host/mounts.ts";
import { branchDirectory, type PlaceInMount } from "./place_in_mount.ts";
import { listWorkspaces } from "./workspace.ts";
import { WorkspaceError, type WorkspaceRecord } from "./workspace_record.ts";

/** What is known of the daemon; all of it may be left out. */
export interface FindOptions {
  /** Path of a control socket. */
  socket?: string | undefined;
  /** A project, a mountpoint, or something inside one. */
  directory?: string | undefined;
  /** Starting point; the current directory by default. */
  cwd?: string | undefined;
}

/** How to reach a daemon. */
export interface FoundDaemon {
  /** Its control socket. */
  socket: string;
  /** Null where only the socket is known. */
  workspace: WorkspaceRecord | null;
  /** What of the daemon's mount is meant; null where it was found in another way. */
  place: PlaceInMount | null;
}

/** Throws {@linkcode WorkspaceError}: exit 3 where there is no daemon, 2 where it is not clear which. */
export async function findDaemon(options: FindOptions): Promise<FoundDaemon> {
  if (options.socket !== undefined) {
    return { socket: absolutePath(options.socket), workspace: null, place: null };
  }
  if (options.directory !== undefined) {
    const directory = absolutePath(options.directory);
    const found = await findAround(directory);
    if (found !== null) return found;
    const others = await ofOthers(directory);
    const none = others === null ? "There is no daemon" : "There is no daemon of yours";
    throw new WorkspaceError("unreachable", 3, `${none} for ${directory}`, {
      hint: others ?? `Start one: agentvfs quickstart ${directory}`,
    });
  }
  const named = Deno.env.get("AGENTVFS_SOCK");
  const cwd = options.cwd ?? currentDirectory();
  if (named) {
    const place = await placeInMount(cwd);
    return { socket: absolutePath(named), workspace: null, place };
  }
  return (cwd === null ? null : await findAround(cwd)) ?? await findOnly(cwd);
}

/** The daemon whose mount or project `directory` is, or is in. */
export async function findAround(directory: string): Promise<FoundDaemon | null> {
  const workspaces = await listWorkspaces();
  const place = await placeOf(directory, workspaces);
  if (place.mount !== null) return place.found;
  const around = workspaces.filter(({ source }) => isWithin(place.path, source));
  const nearest = Math.max(...around.map(({ source }) => source.length));
  return await choose(around.filter(({ source }) => source.length === nearest));
}

/** Where a directory is, as far as mounts of ours are concerned. */
export interface MountPlace {
  /** The mountpoint that it is, or is in; null if it is in none. What a stopped daemon mounted counts. */
  readonly mount: string | null;
  /** Whose mount that is; null where nobody can tell. */
  readonly found: FoundDaemon | null;
}

/** The mount that `directory` is, or is in, and its daemon. */
export async function findMount(directory: string): Promise<MountPlace> {
  return await placeOf(directory, await listWorkspaces());
}

/** `path`: the directory itself, with links resolved where it is in no mount as it was named. */
async function placeOf(
  directory: string,
  workspaces: readonly WorkspaceRecord[],
): Promise<MountPlace & { readonly path: string }> {
  const mounts = await ourMounts(workspaces.map(({ mount }) => mount));
  const inMount = async (path: string) => {
    const [mount, ...others] = mountsAround(path, mounts);
    if (mount !== undefined) {
      const daemon = await daemonOf(mount, mounts, workspaces);
      const place = { path, mounts: [mount, ...others].map(({ path }) => path) };
      return { mount: mount.path, found: daemon === null ? null : { ...daemon, place } };
    }
    const [unmounted] = workspaces.filter((workspace) => isWithin(path, workspace.mount));
    if (unmounted === undefined || await isUsed(unmounted.mount)) return NO_MOUNT;
    const same = workspaces.filter(({ mount }) => mount === unmounted.mount);
    return { mount: unmounted.mount, found: await choose(same) };
  };
  // As it was named first: that touches no mount, and so cannot hang in one.
  const named = await inMount(directory);
  if (named.mount !== null) return { ...named, path: directory };
  const real = await Deno.realPath(directory).catch(() => directory);
  return { ...real === directory ? named : await inMount(real), path: real };
}

const NO_MOUNT: MountPlace = { mount: null, found: null };

/** True if a directory where nothing is mounted has something in it: then it is no mountpoint any more. */
async function isUsed(directory: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(directory)) return true;
  } catch { /* it is not there */ }
  return false;
}

/** Those that a path is in, the deepest first; of two at one place the one that is seen. */
function mountsAround(path: string, mounts: readonly Mount[]): Mount[] {
  return mounts.filter((mount) => isWithin(path, mount.path)).reverse()
    .sort((a, b) => b.path.length - a.path.length);
}

async function ourMounts(folders: Iterable<string>): Promise<Mount[]> {
  return (await listMounts(folders)).filter(({ type }) => type === MOUNT_TYPE);
}

/** Where a directory is in a mount. Elsewhere a run says where its branch is, and which it is where no view of it tells that. */
async function placeInMount(directory: string | null): Promise<PlaceInMount | null> {
  const own = Deno.env.get("AGENTVFS_MOUNT");
  const mounts = await ourMounts(own === undefined ? [] : [own]);
  const around = directory === null ? [] : mountsAround(directory, mounts);
  if (around.length > 0) return { path: directory!, mounts: around.map(({ path }) => path) };
  if (own === undefined) return null;
  const branch = HAS_VIEWS ? undefined : Deno.env.get("AGENTVFS_BRANCH");
  return { path: branch === undefined ? own : branchDirectory(own, branch), mounts: [own] };
}

/** Branches are shown in other places by mounts of the same file system, one of them over the project's own path. */
async function daemonOf(
  mount: Mount,
  mounts: readonly Mount[],
  workspaces: readonly WorkspaceRecord[],
): Promise<FoundDaemon | null> {
  const places = new Set(
    mounts.filter(({ device }) => device === mount.device).map(({ path }) => path),
  );
  const known = await choose(
    workspaces.filter((workspace) =>
      places.has(workspace.mount) || workspace.source === mount.path
    ),
  );
  return known ?? await askMount(mount.path);
}

/** Of several workspaces for one place the one whose daemon runs. */
async function choose(workspaces: readonly WorkspaceRecord[]): Promise<FoundDaemon | null> {
  const [first, second] = workspaces;
  if (first === undefined) return null;
  if (second === undefined) return found(first);
  const running = await onlyRunning(workspaces);
  if (running.length > 1) throw ambiguous(running);
  return found(running[0] ?? first);
}

/** All whose daemon runs. */
export async function runningWorkspaces(): Promise<WorkspaceRecord[]> {
  return await onlyRunning(await listWorkspaces());
}

async function findOnly(cwd: string | null): Promise<FoundDaemon> {
  const running = await runningWorkspaces();
  const [only, another] = running;
  if (another !== undefined) throw ambiguous(running);
  if (only !== undefined) return found(only);
  const others = cwd === null ? null : await ofOthers(cwd);
  const none = others === null ? "No agentvfs daemon is running" : "No daemon of yours is running";
  throw new WorkspaceError("unreachable", 3, none, {
    hint: others ?? "Start one: agentvfs quickstart DIR",
  });
}

/** What to do where another user has the directory's daemon. */
async function ofOthers(directory: string): Promise<string | null> {
  const { asOther, othersDaemon } = await import("./others_daemon.ts");
  const other = await othersDaemon(directory);
  return other && asOther(other);
}

async function onlyRunning(workspaces: readonly WorkspaceRecord[]): Promise<WorkspaceRecord[]> {
  const states = await Promise.all(workspaces.map((workspace) => isListening(workspace.socket)));
  return workspaces.filter((_, i) => states[i]);
}

/** A mount that this state root knows nothing of says itself where its daemon listens. */
async function askMount(mount: string): Promise<FoundDaemon | null> {
  try {
    const status = JSON.parse(await Deno.readTextFile(join(mount, ".agentvfs/status")));
    return typeof status.socket === "string" ? found(null, status.socket) : null;
  } catch {
    return null;
  }
}

function found(workspace: WorkspaceRecord): FoundDaemon;
function found(workspace: null, socket: string): FoundDaemon;
function found(workspace: WorkspaceRecord | null, socket = workspace!.socket): FoundDaemon {
  return { socket, workspace, place: null };
}

function ambiguous(running: readonly WorkspaceRecord[]): WorkspaceError {
  const list = running.map(({ source, mount, socket }) => ({ source, mount, socket }));
  const lines = list.map(({ source, mount }) => `  ${source}  mounted at ${mount}`).sort();
  return new WorkspaceError(
    "ambiguous_daemon",
    2,
    `${running.length} daemons are running and none of them is meant here:\n${lines.join("\n")}`,
    { hint: "Name one with --project DIR or --sock PATH, or stand in its mount", details: list },
  );
}
