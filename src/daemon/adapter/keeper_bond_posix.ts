/**
 * The bond of Linux and macOS: signals, and a pipe that closes when the keeper is gone.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import type { ProcessId } from "../../host/processes.ts";
import { unmount } from "../../host/unmount.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/**
 * Signal a server sends its keeper when it answers requests. (The keeper listens before it starts one, so the
 * signal's default action never strikes.)
 */
const READY_SIGNAL = "SIGUSR1";

/** Has the number of the server's end of the pipe. A keeper of an older version has none. */
const LINE_VARIABLE = "AGENTVFS_LIFE_LINE";

const { isHeld, makeLifeLine, takeLifeLine } = await load<{
  makeLifeLine(): number | null;
  takeLifeLine(line: number): void;
  isHeld(line: number): boolean;
}>({
  linux: () => import("../../mount/linux/life_line.ts"),
  macos: () => import("../../mount/macos/life_line.ts"),
  windows: () => Promise.reject(new Error("Windows has a bond of its own")),
});

let made: number | null = null;

/** The same for every server. */
export function bondEnvironment(): Record<string, string> {
  made ??= makeLifeLine();
  return made === null ? {} : { [LINE_VARIABLE]: String(made) };
}

/** What this process was given; null: nothing. Not looked for yet: undefined. */
let line: number | null | undefined;

function ownLine(): number | null {
  const given = Deno.env.get(LINE_VARIABLE);
  Deno.env.delete(LINE_VARIABLE);
  if (given === undefined) return null;
  takeLifeLine(Number(given));
  return Number(given);
}

/** Where there is no pipe: the parent of a process is another one once its own died. */
export function isKept({ pid }: ProcessId): boolean {
  if (line === undefined) line = ownLine();
  return line === null ? Deno.ppid === pid : isHeld(line);
}

export function tellReady(_config: DaemonConfig, keeperPid: number): void {
  // The keeper may have died meanwhile: the parent is then somebody who does not know the signal.
  if (Deno.ppid === keeperPid) Deno.kill(keeperPid, READY_SIGNAL);
}

export function readinessIn(_config: DaemonConfig) {
  let since: number | null = null;
  Deno.addSignalListener(READY_SIGNAL, () => since ??= performance.now());
  return {
    begin: () => {
      since = null;
    },
    servedMs: (_serverPid: number) => since === null ? null : performance.now() - since,
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
