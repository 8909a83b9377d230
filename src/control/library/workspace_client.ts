import { type ConnectOptions, ControlClient } from "../client.ts";
import type { TestedMergeReport } from "../shapes/tested_merge.ts";
import { mergeTested } from "./merge_tested.ts";
import type { MergeTestedOptions } from "./merge_tested_options.ts";
import { Reconnecting } from "./reconnecting.ts";
import type { SubscribeOptions } from "./subscribe_options.ts";
import { Subscription } from "./subscription.ts";
import { Transaction } from "./transaction.ts";
import type { TransactionOptions } from "./transaction_options.ts";

/** A client that can do what takes more than one call. */
export class WorkspaceClient extends ControlClient {
  static override async connect(
    socket: string,
    options: ConnectOptions = {},
  ): Promise<WorkspaceClient> {
    return await super.connect(socket, options) as WorkspaceClient;
  }

  /**
   * Begins work that is kept only if it is committed.
   *
   * ```ts
   * await using work = await client.transaction({ label: "refactor" });
   * await agent.run();
   * await work.commit();
   * ```
   */
  transaction(options: TransactionOptions = {}): Promise<Transaction> {
    return Transaction.begin(this, options);
  }

  /**
   * Events from now on, over a connection of their own.
   *
   * ```ts
   * for await (const event of await client.subscribe({ kinds: ["checkpoint"] })) console.log(event.id);
   * ```
   */
  subscribe(options: SubscribeOptions = {}): Promise<Subscription> {
    return Subscription.begin(this.socket, options);
  }

  /** Merges what passes a test, and only that. */
  async mergeTested(options: MergeTestedOptions): Promise<TestedMergeReport> {
    using connection = new Reconnecting(this);
    return await mergeTested(connection.ask, options);
  }
}
