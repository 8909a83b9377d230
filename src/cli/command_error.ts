/**
 * An error of the command line itself, and how any error is told to people and programs.
 *
 * @module
 */

export type ExitCode = 1 | 2 | 3 | 4;

/** `exit`: 1 refused, 2 usage, 3 cannot reach the daemon, 4 environment. */
export class CommandError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly hint?: string;
  readonly details?: unknown;

  constructor(
    code: string,
    exit: ExitCode,
    message: string,
    options: { hint?: string; details?: unknown; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CommandError";
    this.code = code;
    this.exit = exit;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.details !== undefined) this.details = options.details;
  }
}

/** A command line that cannot be understood. */
export function usageError(message: string, hint?: string): CommandError {
  return new CommandError("usage", 2, message, hint === undefined ? {} : { hint });
}

export interface ErrorReport {
  code: string;
  message: string;
  exit: ExitCode;
  hint?: string;
  details?: unknown;
}

/** What to say of a thrown value. Errors of other modules are known by their `code` and `exit`. */
export function describeError(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return internal(String(error));
  const { code, exit, hint, details } = error as Partial<ErrorReport>;
  if (typeof code !== "string") return internal(error.stack ?? error.message);
  return {
    code,
    message: error.message,
    exit: exit ?? defaultExit(error.name, code),
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  };
}

/** Errors of a client have no exit code of their own, nor do those of the system, whose codes are ENOENT and the like. */
function defaultExit(name: string, code: string): ExitCode {
  if (name === "ControlError") return 3;
  return /^E[A-Z0-9]+$/.test(code) ? 4 : 1;
}

function internal(message: string): ErrorReport {
  return { code: "internal", message: `Something unexpected happened: ${message}`, exit: 1 };
}
