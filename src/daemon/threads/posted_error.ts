/**
 * Errors on their way between threads: only plain data survives `postMessage` whole.
 *
 * @module
 */

import type { PostedError } from "./messages.ts";

/** An error another thread met. */
export class ThreadError extends Error {
  /** The original's stable code, or `internal`. */
  readonly code: string;
  /** The original's class name. */
  readonly origin: string;
  readonly candidates: readonly string[];

  constructor(posted: PostedError) {
    super(posted.message);
    this.name = "ThreadError";
    this.code = posted.code;
    this.origin = posted.name;
    this.candidates = posted.candidates ?? [];
  }
}

export function postedError(error: unknown): PostedError {
  if (!(error instanceof Error)) {
    return { name: "Error", code: "internal", message: String(error) };
  }
  const { code, candidates } = error as { code?: unknown; candidates?: readonly string[] };
  if (typeof code !== "string") console.error(error.stack);
  return {
    name: error.name,
    code: typeof code === "string" ? code : "internal",
    message: error.message,
    ...(candidates === undefined ? {} : { candidates }),
  };
}
