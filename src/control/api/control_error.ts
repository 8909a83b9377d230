/**
 * The error of who could not ask a daemon.
 *
 * @module
 */

/**
 * The daemon could not be asked, or did not answer.
 *
 * `code`: `unreachable` (nothing listens), `timeout`, `closed` (it hung up), `protocol` (what it said made no sense).
 */
export class ControlError extends Error {
  /** Stable, for programs. */
  readonly code: "unreachable" | "timeout" | "closed" | "protocol";
  /** Where the daemon was looked for. */
  readonly socket: string;
  /** What to do next. */
  readonly hint?: string;

  /** `message` is a sentence for people. */
  constructor(
    code: ControlError["code"],
    socket: string,
    message: string,
    options?: { hint?: string; cause?: unknown },
  ) {
    super(message, options);
    this.name = "ControlError";
    this.code = code;
    this.socket = socket;
    if (options?.hint !== undefined) this.hint = options.hint;
  }
}
