/**
 * What can go wrong when commits and paths are looked up.
 *
 * @module
 */

export type HistoryErrorCode =
  | "unknown_ref"
  | "ambiguous_ref"
  | "unknown_branch"
  | "branch_exists"
  | "too_many_branches"
  | "unknown_path"
  | "not_a_directory"
  | "difference_too_large"
  | "bad_hunk"
  | "bad_choice"
  | "nothing_to_undo"
  | "nothing_to_redo"
  | "cannot_undo"
  | "not_a_state"
  | "compacted"
  | "corrupt_commit"
  | "corrupt_ref";

export interface HistoryErrorDetails {
  /** The ref, branch or path (for people) that was asked for. */
  readonly subject?: string;
  /** `unknown_ref`: labels that look alike. `ambiguous_ref`: what it could mean, as `hash label`. */
  readonly candidates?: readonly string[];
  readonly cause?: unknown;
}

export class HistoryError extends Error {
  override readonly name = "HistoryError";
  readonly code: HistoryErrorCode;
  readonly subject: string;
  readonly candidates: readonly string[];

  constructor(code: HistoryErrorCode, message: string, details: HistoryErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.subject = details.subject ?? "";
    this.candidates = details.candidates ?? [];
  }
}
