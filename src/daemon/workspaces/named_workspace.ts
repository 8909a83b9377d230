/**
 * Workspaces that are known by a name of their own, not by their project: several of one project are possible, each with its own
 * checkpoints.
 *
 * `<state root>/named/<name>/` holds `store/`, `mount/`, `daemon.log`, `workspace.json` and, where no project was given,
 * an empty `source/`. Everything else is as in any other workspace (workspace.ts).
 *
 * @module
 */

import { join } from "node:path";
import { absolutePath } from "../../host/current_directory.ts";
import { fitsAddress } from "../../host/local_socket.ts";
import { isWithin } from "../../host/mounts.ts";
import {
  parseTelemetry,
  type TelemetryChoice,
  telemetryList,
} from "../../telemetry/telemetry_choice.ts";
import { replaceFile } from "../../store/files/replace_file.ts";
import { type DaemonConfig, planDaemon, reason, stateRoot, WorkspaceError } from "./workspace.ts";

export const DEFAULT_NAME = "default";
const NAME = /^[A-Za-z0-9._-]{1,80}$/;
const RECORD = "workspace.json";
const LOCK = "start.lock";

/** `workspace.json`. All paths are absolute. */
export interface NamedWorkspace {
  readonly name: string;
  readonly source: string;
  readonly mount: string;
  readonly store: string;
  readonly socket: string;
  readonly log: string;
  /** Where the daemon's own record is. */
  readonly workspace: string;
  /** Let root, and whoever else may get there, use the mount. */
  readonly allowRoot: boolean;
  /** What is recorded, as `--telemetry` says it; absent in those of an older version. */
  readonly telemetry?: string;
  /** ISO time. */
  readonly created: string;
  /** What was asked for last. */
  readonly state: "initialized" | "started" | "stopped";
}

/** What a command line may say of a workspace. */
export interface NamedOptions {
  /** The project; absent: an empty directory of the workspace. */
  readonly from?: string | undefined;
  readonly mount?: string | undefined;
  readonly allowRoot?: boolean;
  readonly telemetry?: TelemetryChoice | undefined;
  /** Of the program. */
  readonly version: string;
}

/** Throws {@linkcode WorkspaceError} `bad_workspace_name`. */
export function checkWorkspaceName(name: string): string {
  if (NAME.test(name) && name !== "." && name !== "..") return name;
  throw new WorkspaceError(
    "bad_workspace_name",
    2,
    `${JSON.stringify(name.slice(0, 100))} is no name for a workspace`,
    { hint: "1 to 80 of the characters A-Z a-z 0-9 . _ - make one, but not . or .. alone" },
  );
}

function namedRoot(): string {
  return join(stateRoot(), "named");
}

/** Absent where its path is too long for a socket: then it is in a place of its own. */
function namedSocket(name: string): string | undefined {
  const path = join(namedDirectory(name), "control.sock");
  return fitsAddress(path) ? path : undefined;
}

export function namedDirectory(name: string): string {
  return join(namedRoot(), name);
}

/** Lets one command at a time start, stop or delete a workspace. The lock ends when it is closed. */
export async function lockNamed(name: string): Promise<Deno.FsFile> {
  const directory = namedDirectory(checkWorkspaceName(name));
  try {
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await Deno.open(join(directory, LOCK), { create: true, write: true, mode: 0o600 });
    await file.lock(true);
    return file;
  } catch (cause) {
    throw new WorkspaceError(
      "state_dir",
      4,
      `Cannot use ${directory} for state: ${reason(cause)}`,
      {
        hint: "Set AGENTVFS_STATE_DIR to a directory of yours, or give one with --root",
        cause,
      },
    );
  }
}

/** Null where there is none. Throws {@linkcode WorkspaceError} `workspace_damaged`. */
export async function readNamed(name: string): Promise<NamedWorkspace | null> {
  const path = join(namedDirectory(checkWorkspaceName(name)), RECORD);
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  if (text === null) return null;
  try {
    const record = JSON.parse(text);
    if (typeof record.mount === "string" && record.name === name) return record;
  } catch { /* told below */ }
  throw new WorkspaceError("workspace_damaged", 1, `${path} cannot be read`, {
    hint: `Its store is ${
      join(namedDirectory(name), "store")
    }: agentvfs quickstart DIR --store PATH mounts it`,
  });
}

/** The caller has the lock. */
export function writeNamed(workspace: NamedWorkspace): void {
  const path = join(namedDirectory(workspace.name), RECORD);
  replaceFile(path, JSON.stringify(workspace, null, 2) + "\n", `${path}.${Deno.pid}`);
}

/** By name. One that cannot be read is told on standard error, and left out. */
export async function listNamed(): Promise<NamedWorkspace[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(namedRoot())) if (NAME.test(name)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const found = names.sort().map((name) =>
    readNamed(name).catch((error) => {
      console.error(error.message);
      return null;
    })
  );
  return (await Promise.all(found)).filter((workspace) => workspace !== null);
}

/** Makes the workspace `name` of a project. The caller has the lock. Throws {@linkcode WorkspaceError}. */
export async function makeNamed(name: string, options: NamedOptions): Promise<NamedWorkspace> {
  const directory = namedDirectory(name);
  const source = options.from ?? join(directory, "source");
  if (options.from === undefined) await Deno.mkdir(source, { recursive: true, mode: 0o700 });
  const created = new Date().toISOString();
  const state = "initialized";
  const { workspace } = await planNamed({ name, source, created, state }, options);
  await Deno.mkdir(join(directory, "mount"), { recursive: true, mode: 0o700 });
  writeNamed(workspace);
  return workspace;
}

/** The daemon of a workspace, and what is to be written of it. What `options` leave open stays as it was. */
export async function planNamed(
  known: Pick<NamedWorkspace, "name" | "source" | "created" | "state"> & Partial<NamedWorkspace>,
  options: NamedOptions,
): Promise<{ config: DaemonConfig; workspace: NamedWorkspace }> {
  const { name, created, state } = known;
  const directory = namedDirectory(name);
  const own = options.mount === undefined ? known.mount : absolutePath(options.mount);
  const allowRoot = options.allowRoot || known.allowRoot === true;
  const config = await planDaemon({
    source: known.source,
    mount: own ?? join(directory, "mount"),
    store: join(directory, "store"),
    log: join(directory, "daemon.log"),
    socket: namedSocket(name),
    // Root gets to its own mounts without.
    allowOther: allowRoot && Deno.uid() !== 0,
    telemetry: options.telemetry ?? remembered(known.telemetry),
    version: options.version,
  });
  const { source, mount, store, socket, log, workspace } = config;
  const telemetry = telemetryList(config.telemetry);
  const places = { source, mount, store, socket, log, workspace };
  return { config, workspace: { name, ...places, allowRoot, telemetry, created, state } };
}

function remembered(list: string | undefined): TelemetryChoice | undefined {
  const choice = list === undefined ? undefined : parseTelemetry(list);
  return typeof choice === "string" ? undefined : choice;
}

/**
 * Removes what there is of a workspace; its project is not touched. Nobody serves it. `lock` is the caller's, and is closed: a
 * file that is open may keep its name until then.
 */
export async function removeNamed(
  { name, workspace }: NamedWorkspace,
  lock: Deno.FsFile,
): Promise<void> {
  const own = join(stateRoot(), "workspaces");
  if (workspace !== own && isWithin(workspace, own)) await removeAll(workspace);
  const directory = namedDirectory(name);
  for await (const entry of Deno.readDir(directory)) {
    if (entry.name !== LOCK) await removeAll(join(directory, entry.name));
  }
  lock.close();
  await removeAll(join(directory, LOCK));
  // Who waited for the lock may have begun one of the same name: then the directory is theirs.
  await Deno.remove(directory).catch(() => {});
}

async function removeAll(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
