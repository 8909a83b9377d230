/**
 * The bond of Linux and macOS: signals, and parents' numbers.
 *
 * @module
 */

import type { ProcessId } from "../../host/processes.ts";
import { unmount } from "../../host/unmount.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/**
 * Signal a server sends its keeper when it answers requests. (The keeper listens before it starts one, so the
 * signal's default action never strikes.)
 */
const READY_SIGNAL = "SIGUSR1";

/** The parent of a process is another one once its own died. */
export function isKept({ pid }: ProcessId): boolean {
  return Deno.ppid === pid;
}

export function tellReady(_config: DaemonConfig, keeperPid: number): void {
  // The keeper may have died meanwhile: the parent is then somebody who does not know the signal.
  if (Deno.ppid === keeperPid) Deno.kill(keeperPid, READY_SIGNAL);
}

export function readinessIn(_config: DaemonConfig) {
  let isReady = false;
  Deno.addSignalListener(READY_SIGNAL, () => isReady = true);
  return {
    begin: () => {
      isReady = false;
    },
    isReady: (_serverPid: number) => isReady,
  };
}

export function onAskedToEnd(who: "keeper" | "server", end: () => void): void {
  const signals = who === "server"
    ? ["SIGTERM"] as const
    : ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, end);
}

/** Lazily, so that it works while somebody sits in the mount; who does then loses it with the server. */
export async function endServer(
  { mount }: DaemonConfig,
  server: Deno.ChildProcess | undefined,
): Promise<void> {
  await unmount(mount, true);
  server?.kill("SIGTERM");
  // One that somebody suspended would hear of it when it is let go on.
  server?.kill("SIGCONT");
}
