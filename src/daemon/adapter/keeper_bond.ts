/**
 * What ties a server and its keeper to each other, as the system lets processes: each knows whether the other lives, the
 * keeper whether the server answers, and how it is ended.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import type { ProcessId } from "../../host/processes.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

export interface Readiness {
  /** Another server is started. */
  begin(): void;
  /** For how long that one has answered requests, ms; null: it has not begun to. */
  servedMs(serverPid: number): number | null;
}

export const {
  bondEnvironment,
  endServer,
  isKept,
  onAskedToEnd,
  readinessIn,
  tellReady,
} = await load<{
  /** In the keeper: what a server has in its environment, to know whether its keeper lives. */
  bondEnvironment(): Record<string, string>;
  /** In a server: its keeper lives. */
  isKept(keeper: ProcessId): boolean;
  /** In a server: tells the keeper that requests are answered. */
  tellReady(config: DaemonConfig, keeperPid: number): void;
  /** In the keeper: what servers tell of that. */
  readinessIn(config: DaemonConfig): Readiness;
  /** Calls `end` when the process is asked to end: of the keeper by a person, of a server by its keeper. */
  onAskedToEnd(who: "keeper" | "server", end: () => void): void;
  /** In the keeper: unmounts, so that the server ends. */
  endServer(config: DaemonConfig, server: Deno.ChildProcess | undefined): Promise<void>;
}>({
  linux: () => import("./keeper_bond_posix.ts"),
  macos: () => import("./keeper_bond_posix.ts"),
  windows: () => import("./keeper_bond_windows.ts"),
});
