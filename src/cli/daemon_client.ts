/**
 * Connects a command to the daemon it means.
 *
 * @module
 */

import { join } from "node:path";
import { type ControlClient, ControlError } from "../control/client.ts";
import { FileTransport } from "../control/file_transport.ts";
import type { Transport } from "../control/transport.ts";
import { branchAt, type BranchTree, ctlAt } from "../daemon/workspaces/place_in_mount.ts";
import { findDaemon, type FoundDaemon } from "../daemon/workspaces/find_daemon.ts";
import type { CommandInput } from "./command.ts";
import { CommandError, describeError } from "./command_error.ts";
import type { Roots } from "./options/project_path.ts";
import { connectKept } from "./kept_daemon.ts";
import { safe } from "./print/output.ts";

export interface Connected {
  client: ControlClient;
  daemon: MeantDaemon;
}

/** A daemon, and what of it is meant. */
export interface MeantDaemon extends FoundDaemon {
  /** The branch in whose directory below `.agentvfs/branches` one stands, or that `--project` names; null: the mount's own. */
  readonly tree: BranchTree | null;
}

/** Finds and connects; `directory` is a positional that means the same as `--project`. */
export async function connect(input: CommandInput, directory?: string): Promise<Connected> {
  const found = await findDaemon({
    socket: input.values.get("sock"),
    directory: directory ?? input.values.get("project"),
  });
  const { place } = found;
  const daemon = { ...found, tree: place === null ? null : await branchAt(place) };
  try {
    return { client: await connectTo(daemon), daemon };
  } catch (cause) {
    const { code, message, hint: known } = describeError(cause);
    if (isForbidden(cause)) {
      throw new CommandError(code, 3, message, {
        hint:
          "Where the mount can be written to, echo status >.agentvfs/ctl; cat .agentvfs/ctl works without the socket",
        cause,
      });
    }
    const project = daemon.workspace?.source;
    const hint = known ??
      (project === undefined
        ? "Start one with agentvfs quickstart DIR, or name another with --sock PATH or --project DIR"
        : `Start it: agentvfs quickstart ${safe(project)}`);
    throw new CommandError(code, 3, message, { hint, cause });
  }
}

/** Connects by the socket, or through the mount. */
export async function connectTo(daemon: FoundDaemon): Promise<ControlClient> {
  const mount = daemon.workspace?.mount ?? null;
  return await connectKept(daemon.socket, mount, () => door(daemon));
}

/** The way through the mount, for who cannot use the socket; null if there is none. */
export async function door({ place, workspace }: FoundDaemon): Promise<Transport | null> {
  const ctl = place !== null
    ? await ctlAt(place)
    : workspace === null
    ? null
    : join(workspace.mount, ".agentvfs/ctl");
  return ctl === null ? null : await FileTransport.connect(ctl).catch(() => null);
}

function isForbidden(error: unknown): boolean {
  return error instanceof ControlError && error.cause instanceof Deno.errors.PermissionDenied;
}

/** Connects, calls, hangs up. */
export async function withDaemon<T>(
  input: CommandInput,
  call: (client: ControlClient, daemon: MeantDaemon) => Promise<T>,
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

/** The branch that `option` names, as a parameter object to spread; else the one that is meant by where one stands. */
export function branchMeant<N extends string>(
  input: CommandInput,
  { tree }: MeantDaemon,
  option: string,
  parameter: N,
): { [K in N]?: string } {
  if (tree === null || input.values.has(option)) return given(input, option, parameter);
  return { [parameter]: tree.branch } as { [K in N]?: string };
}

/** What paths on the command line start at: the project, and the tree that is meant. */
export async function rootsMeant(client: ControlClient, { tree }: MeantDaemon): Promise<Roots> {
  const { source, mount } = await client.status();
  return { source, mount: tree?.root ?? mount };
}
