/**
 * Work on a branch that is kept only if it is committed.
 *
 * @module
 */

import type { ControlClient } from "../client.ts";
import type { CheckpointReport, RollbackReport } from "../service/history.ts";
import { Reconnecting } from "./reconnecting.ts";
import type { CommitOptions, TransactionOptions } from "./transaction_options.ts";

/**
 * From {@linkcode Transaction.begin} to {@linkcode Transaction.commit} or {@linkcode Transaction.rollback}. Who leaves the scope
 * of an `await using` without a commit, by an error or a return, has rolled back: what was changed is then in the log as a
 * checkpoint, and the tree as it was.
 *
 * The tree is one for all who work in the branch: what others change meanwhile is committed, or rolled back, with it. A branch of
 * one's own keeps it apart. Programs that still write have to be ended before the scope is left.
 */
export class Transaction implements AsyncDisposable {
  /** The checkpoint that it began with, to which a rollback leads. */
  readonly start: string;
  readonly #options: TransactionOptions;
  readonly #connection: Reconnecting;
  #state: "open" | "committed" | "rolled back" = "open";

  private constructor(connection: Reconnecting, start: string, options: TransactionOptions) {
    this.#connection = connection;
    this.start = start;
    this.#options = options;
  }

  /** Records what was not recorded before. */
  static async begin(
    client: ControlClient,
    options: TransactionOptions = {},
  ): Promise<Transaction> {
    options.signal?.throwIfAborted();
    const connection = new Reconnecting(client);
    const { label = "transaction" } = options;
    try {
      const start = await connection.ask(async (client) => {
        const { head, dirty } = await client.status(branchOf(options));
        if (head !== null && !dirty) return head.id;
        const before = { label: `before ${label}`, ...branchOf(options), ...agentOf(options) };
        return (await client.checkpoint(before)).id;
      });
      return new Transaction(connection, start, options);
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  get state(): "open" | "committed" | "rolled back" {
    return this.#state;
  }

  /** Records what was changed since the beginning, and keeps it. */
  async commit(options: CommitOptions = {}): Promise<CheckpointReport> {
    this.#checkOpen("commit");
    this.#options.signal?.throwIfAborted();
    const label = options.label ?? this.#options.label;
    const { message } = options;
    const report = await this.#connection.ask((client) =>
      client.checkpoint({
        ...(label === undefined ? {} : { label }),
        ...(message === undefined ? {} : { message }),
        ...branchOf(this.#options),
        ...agentOf(this.#options),
      })
    );
    this.#state = "committed";
    this.#connection[Symbol.dispose]();
    return report;
  }

  /** Makes the tree what it was at the beginning. What was changed becomes a checkpoint before: `safety` of the result. */
  async rollback(): Promise<RollbackReport> {
    this.#checkOpen("roll back");
    const report = await this.#connection.ask((client) =>
      client.rollback({ ref: this.start, forceLarge: true, ...branchOf(this.#options) })
    );
    this.#state = "rolled back";
    this.#connection[Symbol.dispose]();
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "open") await this.rollback();
  }

  #checkOpen(what: string): void {
    if (this.#state === "open") return;
    throw new Error(`Cannot ${what} a transaction that was ${this.#state}`);
  }
}

function branchOf({ branch }: TransactionOptions): { branch?: string } {
  return branch === undefined ? {} : { branch };
}

function agentOf({ agent }: TransactionOptions): { agent?: string } {
  return agent === undefined ? {} : { agent };
}
