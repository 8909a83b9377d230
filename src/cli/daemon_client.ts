/**
 * Connects a command to the daemon it means.
 *
 * @module
 */

import { ControlClient, ControlError } from "../control/client.ts";
import { findDaemon, type FoundDaemon } from "../daemon/workspaces/find_daemon.ts";
import type { CommandInput } from "./command.ts";
import { CommandError, describeError } from "./command_error.ts";
import { safe } from "./print/output.ts";

/** Longest time until a server that died has a successor, ms. */
const REPLACED_DEADLINE_MS = 10_000;
const LOOK_MS = 25;

export interface Connected {
  client: ControlClient;
  daemon: FoundDaemon;
}

/** Finds and connects; `directory` is a positional that means the same as `--project`. */
export async function connect(input: CommandInput, directory?: string): Promise<Connected> {
  const daemon = await findDaemon({
    socket: input.values.get("sock"),
    directory: directory ?? input.values.get("project"),
  });
  try {
    return { client: await connectTo(daemon), daemon };
  } catch (cause) {
    const { code, message } = describeError(cause);
    const project = daemon.workspace?.source;
    const hint = project === undefined
      ? "Start one with agentvfs quickstart DIR, or name another with --sock PATH or --project DIR"
      : `Start it: agentvfs quickstart ${safe(project)}`;
    throw new CommandError(code, 3, message, { hint, cause });
  }
}

/** Waits for the next server where one is being replaced. */
async function connectTo({ socket, workspace }: FoundDaemon): Promise<ControlClient> {
  const deadline = performance.now() + REPLACED_DEADLINE_MS;
  while (true) {
    try {
      return await ControlClient.connect(socket);
    } catch (error) {
      const isGone = error instanceof ControlError && error.code === "unreachable";
      const late = performance.now() > deadline;
      if (!isGone || late || workspace === null || !await isKept(workspace.mount)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** True if the mount is there and somebody holds its device. */
async function isKept(path: string): Promise<boolean> {
  const { mountAt, MOUNT_TYPE } = await import("../host/mounts.ts");
  const mount = await mountAt(path);
  if (mount === null || mount.type !== MOUNT_TYPE) return false;
  const { isDeadMount } = await import("../host/dead_mount.ts");
  return !await isDeadMount(mount);
}

/** Connects, calls, hangs up. */
export async function withDaemon<T>(
  input: CommandInput,
  call: (client: ControlClient, daemon: FoundDaemon) => Promise<T>,
): Promise<T> {
  const { client, daemon } = await connect(input);
  try {
    return await call(client, daemon);
  } finally {
    client.close();
  }
}

/** The option as a parameter object to spread, or nothing where it was not given. */
export function given<N extends string>(
  input: CommandInput,
  option: string,
  parameter: N,
): { [K in N]?: string } {
  const value = input.values.get(option);
  return (value === undefined ? {} : { [parameter]: value }) as { [K in N]?: string };
}
