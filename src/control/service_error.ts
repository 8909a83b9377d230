/**
 * The error by which a daemon answers a request.
 *
 * @module
 */

/** Exit code of the command that met the error: 1 refused, 2 usage, 4 environment. */
export type ErrorExit = 1 | 2 | 4;

/**
 * A request that was understood and not carried out.
 *
 * `code` is stable and meant for programs: that of a method (`unknown_ref`, `unknown_branch`, `busy`, `no_space`,
 * `merge_conflicts`, `denied`, …) or of the protocol, which docs/protocol.md lists; `message` is a sentence for
 * people; `hint` says what to do next; `details` depends on the code.
 */
export class ServiceError extends Error {
  /** Stable, for programs. */
  readonly code: string;
  /** Exit code of the command that meets it. */
  readonly exit: ErrorExit;
  /** What to do next. */
  readonly hint?: string;
  /** What a program needs to go on; depends on the code. */
  readonly details?: unknown;

  /** `message` is a sentence for people. */
  constructor(
    code: string,
    message: string,
    options: { exit?: ErrorExit; hint?: string; details?: unknown; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ServiceError";
    this.code = code;
    this.exit = options.exit ?? 1;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.details !== undefined) this.details = options.details;
  }
}
