/**
 * Library: the typed client of a running daemon, and the types of what it takes and answers: `Params<"merge">`,
 * `Result<"merge">`, and those of its parts by their names. Nothing here needs a terminal.
 *
 * ```ts
 * import { ControlClient, findDaemon } from "@agentvfs/agentvfs";
 *
 * const { socket } = await findDaemon({ directory: "/home/me/project" });
 * using client = await ControlClient.connect(socket);
 * await client.checkpoint({ label: "before the refactor" });
 *
 * await using work = await client.transaction({ label: "refactor" });
 * await refactor(); // whatever it throws, the tree is then as it was
 * await work.commit();
 * ```
 *
 * `findDaemon` throws {@linkcode WorkspaceError}. A call rejects with {@linkcode ServiceError} where the daemon refused,
 * and with {@linkcode ControlError} where it could not be asked. docs/library.md shows what can be done, docs/protocol.md has
 * the protocol itself.
 *
 * @module
 */

export { type CallOptions, type ConnectOptions, ControlError } from "./src/control/client.ts";
export type {
  Choice,
  MergeTestedOptions,
  TestResult,
  Trial,
} from "./src/control/library/merge_tested.ts";
export { type SubscribeOptions, Subscription } from "./src/control/library/subscription.ts";
export {
  type CommitOptions,
  Transaction,
  type TransactionOptions,
} from "./src/control/library/transaction.ts";
export { WorkspaceClient as ControlClient } from "./src/control/library/workspace_client.ts";
export type { MethodName, Params, Result } from "./src/control/methods.ts";
export type { Service } from "./src/control/service.ts";
export type * from "./src/control/service/branches.ts";
export type * from "./src/control/service/daemon.ts";
export type * from "./src/control/service/history.ts";
export type * from "./src/control/service/merge.ts";
export type * from "./src/control/service/project.ts";
export type * from "./src/control/service/sessions.ts";
export type * from "./src/control/service/store.ts";
export { type ErrorExit, ServiceError } from "./src/control/service_error.ts";
export {
  findDaemon,
  type FindOptions,
  type FoundDaemon,
} from "./src/daemon/workspaces/find_daemon.ts";
export { WorkspaceError, type WorkspaceRecord } from "./src/daemon/workspaces/workspace.ts";
