/**
 * Why a view cannot be made.
 *
 * @module
 */

/** The view cannot be made. `exit` is that of the command: 126 or 127 as a shell has them for the program itself. */
export class ViewError extends Error {
  readonly code: string;
  readonly exit: number;
  readonly hint?: string;

  constructor(code: string, exit: number, message: string, hint?: string) {
    super(message);
    this.name = "ViewError";
    this.code = code;
    this.exit = exit;
    if (hint !== undefined) this.hint = hint;
  }
}
