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

import type { ClientApi, ClientConstructor } from "./src/control/library/client_api.ts";
import { WorkspaceClient } from "./src/control/library/workspace_client.ts";

/** A connection to a daemon. */
export interface ControlClient extends ClientApi {}

/** Connects to a daemon. */
export const ControlClient: ClientConstructor = WorkspaceClient as unknown as ClientConstructor;

export type * from "./src/control/api/types.ts";
export type { CallOptions, ConnectOptions } from "./src/control/api/call_options.ts";
export { ControlError } from "./src/control/api/control_error.ts";
export type { CommitKind, EventKind, MergeStrategy } from "./src/control/api/event_kind.ts";
export type {
  ClientApi,
  ClientConstructor,
  SubscriptionApi as Subscription,
  TransactionApi as Transaction,
} from "./src/control/library/client_api.ts";
export type {
  Choice,
  MergeTestedOptions,
  TestResult,
  Trial,
} from "./src/control/library/merge_tested_options.ts";
export type { SubscribeOptions } from "./src/control/library/subscribe_options.ts";
export type {
  CommitOptions,
  TransactionOptions,
} from "./src/control/library/transaction_options.ts";
export { type ErrorExit, ServiceError } from "./src/control/service_error.ts";
export {
  findDaemon,
  type FindOptions,
  type FoundDaemon,
} from "./src/daemon/workspaces/find_daemon.ts";
export type { PlaceInMount } from "./src/daemon/workspaces/place_in_mount.ts";
export { WorkspaceError, type WorkspaceRecord } from "./src/daemon/workspaces/workspace_record.ts";
