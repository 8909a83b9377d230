/**
 * Where a project's mount, store, socket and log are kept: its workspace.
 *
 * `<state root>/workspaces/<basename>-<12 hex of sha256 of the real path>/` holds `mount/`, `store/`, `daemon.log`,
 * `control.sock` and `workspace.json`, all for the owner only. The hash keeps two projects with one folder name
 * apart; a daemon with a store of its own place gets a workspace of its own too.
 *
 * @module
 */

import { WorkspaceError, type WorkspaceRecord } from "./workspace_record.ts";
import { crc32 } from "./crc32.ts";
import { basename, dirname, join } from "node:path";
import { fitsAddress } from "../../host/local_socket.ts";
import { runtimePlaces, STATE_VARIABLE, statePlace } from "../../host/state_places.ts";
import { absolutePath } from "../../host/current_directory.ts";
import { TELEMETRY_DEFAULT, type TelemetryChoice } from "../../telemetry/telemetry_choice.ts";
import { MAKES_MOUNTPOINT } from "../../host/mounts.ts";
import { replaceFile } from "../../store/files/replace_file.ts";

/** Everything a daemon needs to know. All paths are absolute. */
export interface DaemonConfig {
  /** Project directory, a real path. Only read. */
  source: string;
  mount: string;
  store: string;
  socket: string;
  log: string;
  /** Directory of the workspace. */
  workspace: string;
  /** Let other users use the mount; needs `user_allow_other` in /etc/fuse.conf unless root mounts. */
  allowOther: boolean;
  foreground: boolean;
  /** Garbage is collected once nobody used the mount for so long, ms; 0: only when somebody asks. */
  gcIdleMs: number;
  /** Keep idle CPUs from halting while many requests come, where that helps and is allowed. */
  keepAwake: boolean;
  /** Whoever watches the mount is told of what rollbacks and their like change in it. */
  events: boolean;
  /** What changes in the project and nobody changed in the mount is brought into the main branch. */
  watch: boolean;
  /** When checkpoints are made by themselves, in words; null: as the workspace has it. */
  auto: string | null;
  /** What a process sees at the mountpoint depends on its cgroup. `strict`: without a session, nothing. */
  routing: "none" | "cgroups" | "strict";
  /** What of that which is done in the mount is written to the log of events. */
  telemetry: TelemetryChoice;
  /** Of the program. */
  version: string;
}

/** What a command line may say; the rest follows from the project. Relative paths start at `cwd`. */
export interface DaemonOptions {
  source: string;
  mount?: string | undefined;
  store?: string | undefined;
  socket?: string | undefined;
  log?: string | undefined;
  allowOther?: boolean;
  foreground?: boolean;
  gcIdleMs?: number | undefined;
  keepAwake?: boolean;
  events?: boolean;
  watch?: boolean;
  auto?: string | undefined;
  routing?: DaemonConfig["routing"];
  telemetry?: TelemetryChoice | undefined;
  version: string;
}

export { WorkspaceError, type WorkspaceRecord };

const GC_IDLE_MS = 10 * 60_000;
const RECORD = "workspace.json";
const HASH_DIGITS = 12;
/** Of the project's name in a workspace's, so that it stays below NAME_MAX (255 bytes). */
const NAME_CHARACTERS = 48;

/** `$AGENTVFS_STATE_DIR`, else where the system has such things. */
export function stateRoot(): string {
  const own = Deno.env.get("AGENTVFS_STATE_DIR") || Deno.env.get("AGENTVFS_WORKSPACE_ROOT");
  if (own) return absolutePath(own);
  const place = statePlace("agentvfs");
  if (place !== null) return place;
  const noState = `There is no place for state: ${STATE_VARIABLE} is not set`;
  throw new WorkspaceError("no_state_dir", 4, noState, {
    hint: "Set AGENTVFS_STATE_DIR to a directory of yours",
  });
}

function workspacesRoot(): string {
  return join(stateRoot(), "workspaces");
}

/** Fills in what the options leave open. Reads nothing but the project's real path; creates nothing. */
export async function planDaemon(options: DaemonOptions): Promise<DaemonConfig> {
  const source = await realSource(absolutePath(options.source));
  const ownStore = options.store === undefined ? undefined : await realPlace(options.store);
  const root = await realPlace(workspacesRoot());
  const main = workspaceDirectory(root, source, await digits(source));
  const separate = ownStore !== undefined && ownStore !== join(main, "store");
  const hash = await digits(separate ? `${source}\0${ownStore}` : source);
  const workspace = workspaceDirectory(root, source, hash);
  return {
    source,
    workspace,
    mount: options.mount === undefined ? join(workspace, "mount") : await realPlace(options.mount),
    store: ownStore ?? join(workspace, "store"),
    socket: options.socket === undefined
      ? socketPath(workspace, hash)
      : absolutePath(options.socket),
    log: absolutePath(options.log ?? join(workspace, "daemon.log")),
    allowOther: options.allowOther ?? false,
    foreground: options.foreground ?? false,
    gcIdleMs: options.gcIdleMs ?? GC_IDLE_MS,
    keepAwake: options.keepAwake ?? true,
    events: options.events ?? true,
    watch: options.watch ?? false,
    auto: options.auto ?? null,
    routing: options.routing ?? "none",
    telemetry: options.telemetry ?? TELEMETRY_DEFAULT,
    version: options.version,
  };
}

async function realSource(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      throw new WorkspaceError("no_source", 2, `There is no project directory ${path}`, {
        hint: "Give the directory to work on: agentvfs quickstart DIR",
        cause,
      });
    }
    throw new WorkspaceError("bad_source", 4, `Cannot look at ${path}: ${reason(cause)}`, {
      cause,
    });
  }
}

/**
 * A path with links resolved as far as it exists. Mounts are known to the kernel by such paths, and two places
 * can only be compared by them.
 */
async function realPlace(path: string): Promise<string> {
  const absolute = absolutePath(path);
  try {
    return await Deno.realPath(absolute);
  } catch {
    const above = dirname(absolute);
    return above === absolute ? absolute : join(await realPlace(above), basename(absolute));
  }
}

function workspaceDirectory(root: string, source: string, hash: string): string {
  const name = [...basename(source) || "root"].slice(0, NAME_CHARACTERS).join("");
  return join(root, `${name}-${hash}`);
}

async function digits(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex().slice(0, HASH_DIGITS);
}

/** In the workspace, or where paths are short if that one does not fit a socket address. */
function socketPath(workspace: string, hash: string): string {
  const near = join(workspace, "control.sock");
  return fitsAddress(near) ? near : join(shortRuntimeDirectory(), `${hash}.sock`);
}

/** The first of the places for what does not last whose path is short enough. */
function shortRuntimeDirectory(): string {
  const places = runtimePlaces("agentvfs");
  const fits = (place: string) => fitsAddress(join(place, "0".repeat(HASH_DIGITS) + ".sock"));
  return places.find(fits) ?? places.at(-1)!;
}

/** Creates the workspace of a validated configuration, with its mountpoint, and writes its record. */
export async function createWorkspace(config: DaemonConfig): Promise<void> {
  await createWorkspaceDirectory(config);
  await createMountpoint(config);
  await ownDirectory(config.store);
  const socketDirectory = join(config.socket, "..");
  if (socketDirectory === shortRuntimeDirectory()) await ownDirectory(socketDirectory);
  writeRecord(config);
}

/** Creates the workspace's directory alone. Harmless when repeated. */
export async function createWorkspaceDirectory(config: DaemonConfig): Promise<void> {
  await ownDirectory(stateRoot());
  await ownDirectory(workspacesRoot());
  await ownDirectory(config.workspace);
}

const OWNER_ONLY = { recursive: true, mode: 0o700 } as const;

async function createMountpoint({ mount, workspace }: DaemonConfig): Promise<void> {
  const own = mount === join(workspace, "mount");
  try {
    if (MAKES_MOUNTPOINT) return await freeMountpoint(mount);
    await Deno.mkdir(mount, own ? OWNER_ONLY : { recursive: true });
  } catch (cause) {
    // A mount that died answers ENOTCONN to everything; that is for the mount's own check to report.
    if (cause instanceof Deno.errors.AlreadyExists) return;
    const message = `Cannot make the mountpoint ${mount}: ${reason(cause)}`;
    throw new WorkspaceError("mount_unusable", 4, message, {
      hint: "Choose a place where you may make a directory",
      cause,
    });
  }
}

/** Mounting makes the folder itself: what is above it has to be there, and it must not be. */
async function freeMountpoint(mount: string): Promise<void> {
  // A letter of a drive is above nothing.
  if (dirname(mount) === mount) return;
  await Deno.mkdir(dirname(mount), { recursive: true });
  // It is empty: that was looked at before.
  await Deno.remove(mount).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Makes sure `path` is a directory of this user's that nobody else can enter. Throws {@linkcode WorkspaceError}. */
export async function ownDirectory(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, OWNER_ONLY);
    const info = await Deno.lstat(path);
    if (!info.isDirectory) throw new Error("it is not a directory");
    if (info.uid !== Deno.uid()) throw new NotOwn(`it belongs to user ${info.uid}`);
    if ((info.mode! & 0o077) !== 0 && path !== stateRoot()) await Deno.chmod(path, 0o700);
  } catch (cause) {
    throw unusableState(path, cause);
  }
}

class NotOwn extends Error {}

/** What is recorded cannot be at `path`, because of `cause`. */
export function unusableState(path: string, cause: unknown): WorkspaceError {
  // Some configurations of sudo leave the user their HOME.
  const isUsers = cause instanceof NotOwn && Deno.uid() === 0 && Deno.env.has("SUDO_USER");
  return new WorkspaceError("state_dir", 4, `Cannot use ${path} for state: ${reason(cause)}`, {
    hint: isUsers
      ? "Run it without sudo, or with root's own home: sudo -H agentvfs …"
      : "Set AGENTVFS_STATE_DIR to a directory of yours on a local disk",
    cause,
  });
}

function writeRecord(config: DaemonConfig): void {
  const { source, mount, store, socket, log, version } = config;
  const record = { source, mount, store, socket, log, version };
  const text = JSON.stringify({ ...record, sum: recordSum(record) }, null, 2) + "\n";
  const path = join(config.workspace, RECORD);
  replaceFile(path, text, `${path}.${Deno.pid}`);
}

/** CRC-32 of the record's JSON without it, so that a record that is damaged is not taken for another place. */
function recordSum(record: Record<string, unknown>): number {
  return crc32(JSON.stringify(record));
}

/** The record in `directory`, or null where there is none that is whole. */
export async function readRecord(directory: string): Promise<WorkspaceRecord | null> {
  const path = join(directory, RECORD);
  const text = await Deno.readTextFile(path).catch(() => null);
  if (text === null) return null;
  const record = parseRecord(text);
  if (record !== null) return { ...record, directory };
  console.error(`${path} is damaged: agentvfs quickstart in its project writes it anew`);
  return null;
}

function parseRecord(text: string): Omit<WorkspaceRecord, "directory"> | null {
  try {
    const { sum, ...record } = JSON.parse(text);
    return sum === recordSum(record) ? record : null;
  } catch {
    return null;
  }
}

/** All workspaces of this state root, in no particular order. */
export async function listWorkspaces(): Promise<WorkspaceRecord[]> {
  const root = workspacesRoot();
  const records: Promise<WorkspaceRecord | null>[] = [];
  try {
    for await (const entry of Deno.readDir(root)) records.push(readRecord(join(root, entry.name)));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unusableState(root, error);
  }
  return (await Promise.all(records)).filter((record) => record !== null);
}

/** The system's own words of an error, without its number. */
export function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/ \(os error \d+\).*$/s, "");
}
