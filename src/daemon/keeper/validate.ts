/**
 * Refuses, before anything is created, what a daemon could not or should not do.
 *
 * @module
 */

import { dirname } from "node:path";
import { isListening } from "../../control/socket_path.ts";
import { checkStore } from "../workspaces/check_store.ts";
import { abortMount, closeDeadMount, endServers, hasKeeper } from "../../host/dead_mount.ts";
import { findMount } from "../workspaces/find_daemon.ts";
import { isWithin, listMounts, MOUNT_TYPE, mountAt } from "../../host/mounts.ts";
import { homePlace } from "../../host/state_places.ts";
import { suspendedKeeper } from "../workspaces/suspended_keeper.ts";
import { suspension } from "../workspaces/silent_server.ts";
import { askStatus } from "../workspaces/spawn.ts";
import { type DaemonConfig, reason, WorkspaceError } from "../workspaces/workspace.ts";

export interface ValidateOptions {
  /** Allow `/` and the home directory as source. */
  force?: boolean;
}

/**
 * Checks a configuration against the machine. A mount of ours that died is taken away; nothing else is changed.
 * Throws {@linkcode WorkspaceError}.
 */
export async function validateDaemon(
  config: DaemonConfig,
  options: ValidateOptions = {},
): Promise<void> {
  await validatePlan(config, options);
  await validateMachine(config);
}

/** The part that does not depend on what else is running. */
export async function validatePlan(
  config: DaemonConfig,
  options: ValidateOptions = {},
): Promise<void> {
  await checkNotMounted(config.source);
  await checkSource(config.source);
  if (!options.force) {
    checkBreadth(config.source);
    await checkOrigin(config.source);
  }
  checkNesting(config);
}

/** The part that another start of the same daemon changes. */
export async function validateMachine(config: DaemonConfig): Promise<void> {
  const deadline = performance.now() + ENDING_DEADLINE_MS;
  let aborted = false;
  await checkNobodyThere(config);
  await checkStore(config.store);
  while (!await isMountpointFree(config.mount)) {
    if (performance.now() > deadline) {
      if (aborted || !await abortAbandoned(config.mount)) {
        throw await suspendedKeeper(config.mount) ?? alreadyMounted(config.mount, MOUNT_TYPE);
      }
      aborted = true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    // Whoever serves it may only have been starting.
    await checkNobodyThere(config);
    await checkStore(config.store);
  }
  await checkMountpoint(config);
  // Of a mount that is gone: what is left of them can keep the next one from coming.
  await endServers(config.mount);
}

/** A mount of a mount would show the same files twice, and every command in it could mean either. */
async function checkNotMounted(source: string): Promise<void> {
  const { mount, found } = await findMount(source);
  if (mount === null) return;
  const project = found?.workspace?.source;
  throw new WorkspaceError("source_in_mount", 1, `${source} is in the mount ${mount}`, {
    hint: project === undefined
      ? "Give the project itself, not a mount of it"
      : `Give the project itself: ${project}`,
  });
}

async function checkSource(source: string): Promise<void> {
  try {
    const info = await Deno.stat(source);
    if (!info.isDirectory) {
      throw new WorkspaceError("source_not_a_directory", 2, `${source} is not a directory`, {
        hint: "Give the directory of the project",
      });
    }
    for await (const _ of Deno.readDir(source)) break;
  } catch (cause) {
    if (cause instanceof WorkspaceError) throw cause;
    if (cause instanceof Deno.errors.NotFound) {
      throw new WorkspaceError("no_source", 2, `There is no project directory ${source}`, {
        cause,
      });
    }
    throw new WorkspaceError("source_unreadable", 4, `Cannot read ${source}: ${reason(cause)}`, {
      hint: "Its owner can let you with chmod u+rx, or run agentvfs as its owner",
      cause,
    });
  }
}

function checkBreadth(source: string): void {
  const home = homePlace();
  const what = dirname(source) === source
    ? "the whole system"
    : source === home
    ? "your home directory"
    : null;
  if (what === null) return;
  throw new WorkspaceError("source_too_broad", 1, `${source} is ${what}, not a project`, {
    hint: "Give a project directory, or --force if you mean it",
  });
}

/** File systems whose files nobody wrote. To read some of them waits, or changes something. */
const OF_THE_KERNEL: ReadonlySet<string> = new Set([
  ...["proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "configfs", "securityfs"],
  ...["debugfs", "tracefs", "bpf", "fusectl", "efivarfs", "pstore", "binfmt_misc"],
]);

async function checkOrigin(source: string): Promise<void> {
  const around = (await listMounts()).filter(({ path }) => isWithin(source, path));
  const deepest = Math.max(...around.map(({ path }) => path.length));
  const type = around.findLast(({ path }) => path.length === deepest)?.type;
  if (type === undefined || !OF_THE_KERNEL.has(type)) return;
  const message = `${source} is no project: what is there the kernel makes (${type})`;
  throw new WorkspaceError("source_of_the_kernel", 1, message, {
    hint: "Give a project directory, or --force if you mean it",
  });
}

/** A daemon that is ending has to be gone within this time, ms. */
const ENDING_DEADLINE_MS = 10_000;
const LOOK_MS = 20;

/** Which place must not be inside which, and what would happen if it were. */
const NESTINGS: readonly [keyof DaemonConfig, keyof DaemonConfig, string][] = [
  ["mount", "source", "the mount would contain itself"],
  ["source", "mount", "the project would be hidden by its own mount"],
  ["store", "mount", "the store would be written through the mount it serves"],
  ["mount", "store", "the store would be hidden by the mount"],
  ["store", "source", "the store would be imported into itself"],
  ["source", "store", "the project would be mixed with the store's files"],
];

function checkNesting(config: DaemonConfig): void {
  for (const [inner, outer, consequence] of NESTINGS) {
    const [inside, around] = [config[inner] as string, config[outer] as string];
    if (!isWithin(inside, around)) continue;
    const relation = inside === around ? "is also" : `lies inside the ${outer}`;
    throw new WorkspaceError(
      `${inner}_inside_${outer}`,
      1,
      `The ${inner} ${inside} ${relation} ${
        inside === around ? `the ${outer}` : around
      }: ${consequence}`,
      { hint: nestingHint(config) },
    );
  }
}

function nestingHint(config: DaemonConfig): string {
  return isWithin(config.workspace, config.source)
    ? "Set AGENTVFS_STATE_DIR to a directory outside the project"
    : "Choose places that do not contain each other with --mount and --store";
}

async function checkNobodyThere(config: DaemonConfig): Promise<void> {
  const deadline = performance.now() + ENDING_DEADLINE_MS;
  while (await isListening(config.socket)) {
    const suspended = await suspension(config.socket);
    if (suspended !== null) throw suspended;
    const status = await askStatus(config.socket, deadline - performance.now());
    const isEnding = status === null || status.state === "stopping";
    if (!isEnding || performance.now() > deadline) throw daemonRunning(config);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function daemonRunning(config: DaemonConfig): WorkspaceError {
  return new WorkspaceError(
    "daemon_running",
    1,
    `A daemon is already running for this project: it listens on ${config.socket}`,
    { hint: "Use it, or stop it first: agentvfs stop --sock " + config.socket },
  );
}

/**
 * False if one of ours is mounted there that is not dead: a server whose keeper died in the moment it was started
 * still has to find that out.
 */
async function isMountpointFree(mount: string): Promise<boolean> {
  const existing = await mountAt(mount);
  if (existing === null || await closeDeadMount(existing)) return true;
  if (existing.type !== MOUNT_TYPE) throw alreadyMounted(mount, existing.type);
  return false;
}

/** Ends a mount that has no keeper. Returns false if it has one, or if it cannot be ended. */
async function abortAbandoned(path: string): Promise<boolean> {
  const mount = await mountAt(path);
  return mount !== null && !await hasKeeper(path) && await abortMount(mount);
}

function alreadyMounted(mount: string, type: string): WorkspaceError {
  return new WorkspaceError(
    "mount_busy",
    1,
    `Something is already mounted at ${mount} (${type})`,
    { hint: `Unmount it with: fusermount3 -u ${mount}, or choose another place with --mount` },
  );
}

async function checkMountpoint(config: DaemonConfig): Promise<void> {
  const { mount } = config;
  try {
    const info = await Deno.lstat(mount);
    if (!info.isDirectory) {
      throw new WorkspaceError(
        "mount_not_a_directory",
        2,
        `The mountpoint ${mount} is not a directory`,
        {
          hint: "Give an empty directory with --mount",
        },
      );
    }
    for await (const entry of Deno.readDir(mount)) {
      throw new WorkspaceError(
        "mount_not_empty",
        1,
        `The mountpoint ${mount} is not empty: it has ${JSON.stringify(entry.name)}`,
        {
          hint: "Who worked there while nothing was mounted has left it: move it away, and into " +
            "the mount when that is back; or give an empty directory with --mount",
        },
      );
    }
  } catch (cause) {
    if (cause instanceof WorkspaceError) throw cause;
    if (!(cause instanceof Deno.errors.NotFound)) {
      throw new WorkspaceError("mount_unusable", 4, `Cannot mount at ${mount}: ${reason(cause)}`, {
        cause,
      });
    }
    // It is made with the workspace.
  }
}
