/**
 * What is known of a workspace, and why one cannot be used.
 *
 * @module
 */

/** `workspace.json`: how to find the daemon of a project again. */
export interface WorkspaceRecord {
  /** Directory of the workspace. Not in the file: it is where the file was found. */
  directory: string;
  /** The project. */
  source: string;
  /** Where it is mounted. */
  mount: string;
  /** Where what is recorded is. */
  store: string;
  /** Control socket. */
  socket: string;
  /** Where the daemon writes what goes wrong. */
  log: string;
  /** Version of the program that wrote it. */
  version: string;
}

/**
 * Why a workspace cannot be used. `code` is stable. `exit` is the command's exit code: 1 refused, 2 the command line
 * names something that is not there, 3 the daemon cannot be reached, 4 the machine does not allow it.
 */
export class WorkspaceError extends Error {
  /** Stable, for programs. */
  readonly code: string;
  /** Exit code of the command that meets it. */
  readonly exit: 1 | 2 | 3 | 4;
  /** What to do next. */
  readonly hint?: string;
  /** What a program needs to go on; depends on the code. */
  readonly details?: unknown;

  /** `message` is a sentence for people. */
  constructor(
    code: string,
    exit: 1 | 2 | 3 | 4,
    message: string,
    options: { hint?: string; details?: unknown; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "WorkspaceError";
    this.code = code;
    this.exit = exit;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.details !== undefined) this.details = options.details;
  }
}
