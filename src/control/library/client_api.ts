/**
 * What the library offers, as types that need nothing else to be understood.
 *
 * @module
 */

import type {
  Calls,
  CheckpointReport,
  MethodName,
  Params,
  Result,
  RollbackReport,
  TestedMergeReport,
  WorkspaceEvent,
} from "../api/types.ts";
import type { CallOptions, ConnectOptions } from "../api/call_options.ts";
import type { MergeTestedOptions } from "./merge_tested_options.ts";
import type { SubscribeOptions } from "./subscribe_options.ts";
import type { CommitOptions, TransactionOptions } from "./transaction_options.ts";

/**
 * One connection to a daemon, with a method for each that the protocol has. Calls may overlap; the daemon carries them out in
 * order. They reject with `ServiceError` where the daemon refused and with `ControlError` where it could not be asked.
 */
export interface ClientApi extends Calls, Disposable {
  /** Where the daemon was found: its socket, or `.agentvfs/ctl`. */
  readonly socket: string;

  /** Calls a method by its name. */
  call<M extends MethodName>(
    method: M,
    params: Params<M>,
    options?: CallOptions,
  ): Promise<Result<M>>;

  /**
   * Begins work that is kept only if it is committed.
   *
   * ```ts
   * await using work = await client.transaction({ label: "refactor" });
   * await agent.run();
   * await work.commit();
   * ```
   */
  transaction(options?: TransactionOptions): Promise<TransactionApi>;

  /**
   * Events from now on, over a connection of their own.
   *
   * ```ts
   * for await (const event of await client.subscribe({ kinds: ["checkpoint"] })) console.log(event.id);
   * ```
   */
  subscribe(options?: SubscribeOptions): Promise<SubscriptionApi>;

  /** Merges what passes a test, and only that. */
  mergeTested(options: MergeTestedOptions): Promise<TestedMergeReport>;

  /** Ends the connection; calls under way reject with `closed`. */
  close(): void;
}

/** Makes clients. */
export interface ClientConstructor {
  /** Connects to the socket at an absolute path. Rejects with `ControlError`. */
  connect(socket: string, options?: ConnectOptions): Promise<ClientApi>;
}

/**
 * Work on a branch that is kept only if it is committed. Who leaves the scope of an `await using` without a commit, by an error
 * or a return, has rolled back: what was changed is then in the log as a checkpoint, and the tree as it was.
 */
export interface TransactionApi extends AsyncDisposable {
  /** The checkpoint that it began with, to which a rollback leads. */
  readonly start: string;
  /** What became of it. */
  readonly state: "open" | "committed" | "rolled back";
  /** Records what was changed since the beginning, and keeps it. */
  commit(options?: CommitOptions): Promise<CheckpointReport>;
  /** Makes the tree what it was at the beginning. What was changed becomes a checkpoint before: `safety` of the result. */
  rollback(): Promise<RollbackReport>;
}

/**
 * The events from now on, also while nobody reads yet. Where some are missing there is one of kind `lost`: because they were not
 * read in time, or another server took over.
 */
export interface SubscriptionApi extends AsyncIterable<WorkspaceEvent>, Disposable {
  /** Ends the events. May be called again. */
  close(): void;
}
