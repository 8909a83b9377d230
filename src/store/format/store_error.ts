/**
 * What the store throws.
 *
 * @module
 */

import type { ObjectId } from "./object_id.ts";

/**
 * - `not_a_store`: the directory is none, or is not complete
 * - `newer_version`: written by a newer program
 * - `older_version`: written by an older program, in a format that this one does not read
 * - `damaged_store`: the index is missing or unusable
 * - `locked`: another process writes to it
 * - `in_use`: another process reads what would be collected
 * - `missing_object`: no object of that name
 * - `damaged_object`: its bytes do not have its name, or do not decode
 * - `invalid_entry`: the caller gave something that cannot be stored
 * - `no_space`: the disk or the quota is full
 * - `io_error`: any other failure of a system call
 */
export type StoreErrorCode =
  | "not_a_store"
  | "newer_version"
  | "older_version"
  | "damaged_store"
  | "locked"
  | "in_use"
  | "missing_object"
  | "damaged_object"
  | "invalid_entry"
  | "no_space"
  | "io_error";

/** What an error is about; only what is known is there. */
export interface StoreErrorDetails {
  readonly id?: ObjectId;
  readonly path?: string;
  /** Process that holds the lock. */
  readonly pid?: number;
  readonly failure?: string;
}

export class StoreError extends Error {
  override readonly name = "StoreError";

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    readonly details: StoreErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The object `id` exists but cannot be what it should be. */
export function damagedObject(id: ObjectId | undefined, why: string): StoreError {
  return new StoreError(
    "damaged_object",
    `Object ${id ?? "(unnamed)"} in the store is damaged: ${why}. Run verify to see what else is`,
    id ? { id } : {},
  );
}
