/**
 * The bond of Windows, which has no signals between processes: a file says which server answers, and the keeper asks it to end
 * as everybody does.
 *
 * @module
 */

import { join } from "node:path";
import { ControlClient } from "../../control/client.ts";
import { isRunning, type ProcessId } from "../../host/processes.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/** Longest time that a server may take to end by itself, ms. */
const END_DEADLINE_MS = 10_000;

/** The keeper is known by its number and by when it began. */
export function bondEnvironment(): Record<string, string> {
  return {};
}

/** A parent's number stays when it has ended, and may be another process's. */
export function isKept(keeper: ProcessId): boolean {
  return isRunning(keeper);
}

function readyPath({ workspace }: DaemonConfig): string {
  return join(workspace, "answering");
}

export function tellReady(config: DaemonConfig, _keeperPid: number): void {
  Deno.writeTextFileSync(readyPath(config), String(Deno.pid));
}

export function readinessIn(config: DaemonConfig) {
  return {
    begin: () => {},
    servedMs: (serverPid: number) => {
      const path = readyPath(config);
      try {
        if (Deno.readTextFileSync(path) !== String(serverPid)) return null;
        return Date.now() - Deno.statSync(path).mtime!.getTime();
      } catch {
        return null;
      }
    },
  };
}

/** What a console tells reaches all processes at it: the keeper alone does something. */
export function onAskedToEnd(who: "keeper" | "server", end: () => void): void {
  for (const signal of ["SIGINT", "SIGBREAK"] as const) {
    Deno.addSignalListener(signal, who === "keeper" ? end : () => {});
  }
}

/** Where it does not answer it is killed: its volume goes with it. */
export async function endServer(
  { socket }: DaemonConfig,
  server: Deno.ChildProcess | undefined,
): Promise<void> {
  try {
    using client = await ControlClient.connect(socket, { connectDeadlineMs: END_DEADLINE_MS });
    await client.stop({ force: true }, { deadlineMs: END_DEADLINE_MS });
  } catch {
    server?.kill();
  }
}
