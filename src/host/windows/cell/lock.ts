/**
 * Locking in on Windows: a job that the parent keeps, and with which this process ends, starts no other one and commits no more
 * than its memory; and a token without privileges that nothing trusts.
 *
 * @module
 */

import { createJob, enterJob } from "../../../../ffi/windows/cell/job.ts";
import { distrustSelf } from "../../../../ffi/windows/cell/own_token.ts";
import { failureCode } from "../../failure.ts";
import type { LockKind } from "../../linux/cell/lock.ts";
import { close } from "../files.ts";

export function lockKind(): LockKind {
  return "job";
}

/** The engine reserves much more, and commits some hundred MiB. */
const MOST_COMMITTED = 1024 * 1024 * 1024;

export function createLock(): number | null {
  const job = createJob(MOST_COMMITTED);
  return job < 0 ? null : job;
}

export function lockIn(job: number): string | null {
  const entered = enterJob(job);
  // The parent's is to be the last one.
  close(job);
  if (entered < 0) return `Windows lets it into no job: ${failureCode(entered)}`;
  const distrusted = distrustSelf();
  return distrusted < 0 ? `Windows keeps its rights: ${failureCode(distrusted)}` : null;
}
