/**
 * Library: the typed client of a running daemon, and the types of what it answers. Nothing here needs a terminal.
 *
 * ```ts
 * import { ControlClient, findDaemon } from "@agentvfs/agentvfs";
 *
 * const { socket } = await findDaemon({ directory: "/home/me/project" });
 * using client = await ControlClient.connect(socket);
 * await client.checkpoint({ label: "before the refactor" });
 * ```
 *
 * @module
 */

export {
  type CallOptions,
  type ConnectOptions,
  ControlClient,
  ControlError,
} from "./src/control/client.ts";
export * from "./src/control/service.ts";
export { findDaemon, type FindOptions, type FoundDaemon } from "./src/daemon/find_daemon.ts";
export { WorkspaceError, type WorkspaceRecord } from "./src/daemon/workspace.ts";
