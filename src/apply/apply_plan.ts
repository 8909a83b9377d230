/**
 * The record of an apply that is under way, from before its first change until after its last: whoever finds one knows that
 * an apply was interrupted, and what it was to do.
 *
 * @module
 */

import { dirname } from "node:path";
import { failureCode } from "../host/failure.ts";
import { close, O_CREAT, O_TRUNC, O_WRONLY } from "../host/files.ts";
import type { SourceIdentity } from "../source/source_identity.ts";
import { type FileCalls, persistent } from "../store/files/file_calls.ts";
import { syncDirectory } from "../store/files/sync_directory.ts";
import type { Snapshot } from "../store/trees/entry.ts";
import { ApplyError } from "./apply_error.ts";

const VERSION = 1;

export interface ApplyPlan {
  readonly version: typeof VERSION;
  /** Part of the names that it uses in the directory. */
  readonly id: string;
  /** Binary string. */
  readonly root: string;
  readonly identity: SourceIdentity;
  readonly isRootMade: boolean;
  readonly from: Snapshot | null;
  readonly to: Snapshot;
  /** Binary strings; null for everything. */
  readonly only: readonly string[] | null;
  /** `back`: it is being taken back. */
  readonly direction: "forth" | "back";
  /** Paths that it was to write and to delete. */
  readonly writes: number;
  readonly deletions: number;
}

/** The plan at `path`, null if there is none. Throws `plan_damaged`. */
export function readPlan(path: string): ApplyPlan | null {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new ApplyError("io_error", `Cannot read the record of an apply, ${path}`, "", error);
  }
  try {
    const plan = JSON.parse(text) as ApplyPlan;
    if (plan.version === VERSION) return plan;
  } catch {
    // It is written as a whole: something else wrote there.
  }
  throw new ApplyError(
    "plan_damaged",
    `An apply was interrupted, and its record ${path} cannot be read. Compare the project with the branch, then delete the record`,
  );
}

/** Makes the plan durable, as a whole, in place of an earlier one. */
export function writePlan(path: string, plan: ApplyPlan, calls: FileCalls): void {
  const { open, pwrite, fsync, rename } = persistent(calls);
  const draft = `${path}.new`;
  const bytes = new TextEncoder().encode(JSON.stringify(plan));
  const fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0o600);
  if (fd < 0) throw cannotRecord(fd);
  const written = pwrite(fd, bytes, 0, bytes.length);
  const result = written < 0 ? written : fsync(fd);
  close(fd);
  if (result < 0) throw cannotRecord(result);
  try {
    rename(draft, path);
  } catch (error) {
    throw new ApplyError("io_error", `Cannot record what is to be applied: ${error}`, "", error);
  }
  syncDirectory(dirname(path), calls);
}

/** The apply is over. */
export function removePlan(path: string, calls: FileCalls): void {
  try {
    calls.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new ApplyError("io_error", `Cannot delete the record of an apply: ${error}`, "", error);
  }
  syncDirectory(dirname(path), calls);
}

function cannotRecord(result: number): ApplyError {
  const failure = failureCode(result);
  const isFull = failure === "ENOSPC" || failure === "EDQUOT";
  return new ApplyError(
    isFull ? "no_space" : "io_error",
    `Cannot record what is to be applied: ${isFull ? "no space is left. Free some" : failure}`,
  );
}
