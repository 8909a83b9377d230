/**
 * What the commands `agentvfs workspace …` have in common: which workspace is meant, how it is, and how that is printed.
 *
 * The lines, their order and the exit codes (0, 1, 2) are those of ContextFS, whose scripts read them.
 *
 * @module
 */

import { join } from "node:path";
import { telemetryNames } from "../telemetry/telemetry_choice.ts";
import { isAlive } from "../host/processes.ts";
import { closeDeadMount } from "../host/dead_mount.ts";
import { mountAt } from "../host/mounts.ts";
import {
  checkWorkspaceName,
  DEFAULT_NAME,
  namedDirectory,
  type NamedWorkspace,
  readNamed,
} from "../daemon/workspaces/named_workspace.ts";
import { askStatus } from "../daemon/workspaces/spawn.ts";
import type { CommandInput, OptionSpec } from "./command.ts";
import { CommandError, describeError } from "./command_error.ts";
import { print, printJson } from "./print/output.ts";

/** Longest time a daemon may take to say how it is, ms. */
const STATUS_DEADLINE_MS = 3_000;

export const NAME_USAGE = "[NAME]";
/** What NAME stands for where the workspace is there already. */
export const NAME_WORDS = { NAME: "workspace" } as const;
export const ROOT_OPTION: OptionSpec = { value: "DIR", brief: "where workspaces are kept" };

export type WorkspaceStatus = "initialized" | "started" | "stale" | "stopped";

/** One workspace as it is printed. */
export interface ShownWorkspace {
  name: string;
  mount: string;
  socket: string;
  store: string;
  telemetry: string;
  status: WorkspaceStatus;
}

/** The name that comes first, or the default one. */
export function workspaceName(name: string | undefined): string {
  return checkWorkspaceName(name ?? DEFAULT_NAME);
}

/** Throws CommandError `unknown_workspace`. */
export async function knownWorkspace(name: string): Promise<NamedWorkspace> {
  const workspace = await readNamed(name);
  if (workspace !== null) return workspace;
  throw new CommandError("unknown_workspace", 1, `There is no workspace ${name}`, {
    hint:
      `agentvfs workspace init ${name} --from DIR makes it; agentvfs workspace list tells those there are`,
  });
}

/** As `knownWorkspace`, of one that is mounted. Throws CommandError `not_started`. */
export async function startedWorkspace(name: string): Promise<NamedWorkspace> {
  const workspace = await knownWorkspace(name);
  const status = await statusOf(workspace);
  if (status === "started") return workspace;
  throw new CommandError("not_started", 1, `The workspace ${name} is ${status}`, {
    hint: `agentvfs workspace start ${name}`,
  });
}

/** `stale`: it was started, and nobody answers. */
export async function statusOf(workspace: NamedWorkspace): Promise<WorkspaceStatus> {
  const status = await askStatus(workspace.socket, STATUS_DEADLINE_MS);
  const isHealthy = status !== null && status.state !== "stopping" &&
    status.source === workspace.source && isAlive(status.keeperPid) &&
    await mountAt(status.mount) !== null;
  if (isHealthy) return "started";
  return workspace.state === "started" ? "stale" : workspace.state;
}

/** Takes away what a daemon that died left mounted. Throws CommandError `still_mounted` if somebody serves it. */
export async function clearMount({ name, mount }: NamedWorkspace): Promise<void> {
  const existing = await mountAt(mount);
  if (existing === null || await closeDeadMount(existing)) return;
  throw new CommandError("still_mounted", 1, `The workspace ${name} is still mounted at ${mount}`, {
    hint:
      `agentvfs workspace start ${name} finds out what is the matter; or fusermount3 -u ${mount}`,
  });
}

export async function shownWorkspace(workspace: NamedWorkspace): Promise<ShownWorkspace> {
  return shown(workspace, await statusOf(workspace));
}

export function shown(workspace: NamedWorkspace, status: WorkspaceStatus): ShownWorkspace {
  const { name, mount, socket, store } = workspace;
  return { name, mount, socket, store, telemetry: telemetryNames(workspace.telemetry), status };
}

/** Of a name that nothing is known of. */
export function unknownWorkspace(name: string): ShownWorkspace {
  const directory = namedDirectory(name);
  return {
    name,
    mount: join(directory, "mount"),
    socket: join(directory, "control.sock"),
    store: join(directory, "store"),
    telemetry: "unknown",
    status: "stopped",
  };
}

/** `key=value`, a line each, in this order. */
export function printLines(input: CommandInput, values: object): void {
  if (input.flags.has("json")) return printJson(values);
  for (const [key, value] of Object.entries(values)) print(`${key}=${value}`);
}

/** What goes wrong ends with 1, or with 2 where the command line is wrong. */
export async function operational(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const { code, exit, message, ...rest } = describeError(error);
    if (exit <= 2) throw error;
    throw new CommandError(code, 1, message, { ...rest, cause: error });
  }
}

/** The command line of another command, for the daemon of this workspace. */
export function inputFor(
  input: CommandInput,
  { socket }: NamedWorkspace,
  positionals: readonly string[] = [],
): CommandInput {
  return { ...input, positionals, values: new Map([...input.values, ["sock", socket]]) };
}
