/**
 * What a transaction may be told.
 *
 * @module
 */

/** What is done with a transaction. */
export interface TransactionOptions {
  /** Of the checkpoint that a commit makes, if that is given none of its own. */
  readonly label?: string;
  /** Default: main, or from inside a run its own. */
  readonly branch?: string;
  /** Who works, as checkpoints say it. */
  readonly agent?: string;
  /** Once it is aborted nothing can be committed. */
  readonly signal?: AbortSignal;
}

/** What the checkpoint says that a commit makes. */
export interface CommitOptions {
  /** Its label; else that of the transaction. */
  readonly label?: string;
  /** A longer description. */
  readonly message?: string;
}
