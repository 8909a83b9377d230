/**
 * What can go wrong in an export.
 *
 * @module
 */

/** `exit` as commands end with it: 1 refused, 2 usage, 4 environment. */
export class ExportError extends Error {
  override readonly name = "ExportError";
  readonly hint?: string;

  constructor(
    readonly code: string,
    readonly exit: 1 | 2 | 4,
    message: string,
    { hint, cause }: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    if (hint !== undefined) this.hint = hint;
  }
}
