/**
 * Starts the daemon of a project, once: whoever asks at the same time gets the same one.
 *
 * @module
 */

import { join } from "node:path";
import type { StatusReport } from "../../control/service/daemon.ts";
import { setAside } from "../workspaces/set_aside.ts";
import { askStatus, spawnDaemon } from "../workspaces/spawn.ts";
import { resumeKeeper } from "../workspaces/suspended_keeper.ts";
import { validateMachine, type ValidateOptions, validatePlan } from "./validate.ts";
import {
  createWorkspace,
  createWorkspaceDirectory,
  type DaemonConfig,
  unusableState,
} from "../workspaces/workspace.ts";

/** Longest time a daemon that listens may take to say so on a busy machine, ms. */
const REUSE_DEADLINE_MS = 20_000;
/** The same until another server has taken over. */
const RESUMED_DEADLINE_MS = 60_000;
const LOOK_MS = 20;

export interface Started {
  status: StatusReport;
  /** True if it was running already. */
  reused: boolean;
}

/** Starts a daemon, or finds the one that runs for the project. Throws WorkspaceError. */
export async function startOrReuse(
  config: DaemonConfig,
  options: ValidateOptions,
): Promise<Started> {
  const running = await runningDaemon(config);
  if (running !== null) return { status: running, reused: true };
  return await alone(config, options, async () => {
    const other = await runningDaemon(config) ?? await resumedDaemon(config);
    if (other !== null) return { status: other, reused: true };
    return { status: await start(config, options), reused: false };
  });
}

/**
 * Starts a daemon on a new store and keeps the old one; `kept` is where, null if there was none. Throws WorkspaceError
 * `daemon_running` where a daemon has the old one open.
 */
export async function startAnew(
  config: DaemonConfig,
  options: ValidateOptions,
): Promise<{ status: StatusReport; kept: string | null }> {
  return await alone(config, options, async () => {
    await validateMachine(config);
    const kept = await setAside(config);
    return { status: await start(config, options), kept };
  });
}

/** Starts a daemon. Throws WorkspaceError `daemon_running` where there is one. */
export async function startNew(
  config: DaemonConfig,
  options: ValidateOptions,
): Promise<StatusReport> {
  return await alone(config, options, () => start(config, options));
}

/** Lets one start of this workspace happen at a time. The lock ends with the process that holds it. */
async function alone<T>(
  config: DaemonConfig,
  options: ValidateOptions,
  work: () => Promise<T>,
): Promise<T> {
  await validatePlan(config, options);
  await createWorkspaceDirectory(config);
  const path = join(config.workspace, "start.lock");
  using file = await Deno.open(path, { create: true, write: true, mode: 0o600 })
    .catch((cause) => Promise.reject(unusableState(config.workspace, cause)));
  await file.lock(true);
  return await work();
}

async function start(config: DaemonConfig, options: ValidateOptions): Promise<StatusReport> {
  await validateMachine(config);
  await createWorkspace(config);
  return await spawnDaemon(config, { force: options.force ?? false });
}

/** Of a keeper that was suspended, and goes on now: its server may have died meanwhile, and the next one takes over. */
async function resumedDaemon(config: DaemonConfig): Promise<StatusReport | null> {
  if (!await resumeKeeper(config.mount)) return null;
  const deadline = performance.now() + RESUMED_DEADLINE_MS;
  let status: StatusReport | null;
  do {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    status = await runningDaemon(config);
  } while (status === null && performance.now() < deadline);
  return status;
}

async function runningDaemon(config: DaemonConfig): Promise<StatusReport | null> {
  const status = await askStatus(config.socket, REUSE_DEADLINE_MS);
  return status !== null && status.state !== "stopping" && status.source === config.source
    ? status
    : null;
}
