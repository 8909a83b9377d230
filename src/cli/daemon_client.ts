/**
 * Connects a command to the daemon it means.
 *
 * @module
 */

import type { ControlClient } from "../control/client.ts";
import { findDaemon, type FoundDaemon } from "../daemon/workspaces/find_daemon.ts";
import type { CommandInput } from "./command.ts";
import { CommandError, describeError } from "./command_error.ts";
import { connectKept } from "./kept_daemon.ts";
import { safe } from "./print/output.ts";

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
    return { client: await connectKept(daemon.socket, daemon.workspace?.mount ?? null), daemon };
  } catch (cause) {
    const { code, message } = describeError(cause);
    const project = daemon.workspace?.source;
    const hint = project === undefined
      ? "Start one with agentvfs quickstart DIR, or name another with --sock PATH or --project DIR"
      : `Start it: agentvfs quickstart ${safe(project)}`;
    throw new CommandError(code, 3, message, { hint, cause });
  }
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
