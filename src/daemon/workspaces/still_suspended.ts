/**
 * Processes that somebody suspended, and that go on only when somebody lets them.
 *
 * @module
 */

import { isSuspended } from "../../host/processes.ts";

/** A job that stops others to look at them lets them go on at once: suspended is who still is after this time, ms. */
const SUSPENDED_MS = 500;

/** One of these that is suspended for longer than a look takes; null if none is. */
export async function stillSuspended(pids: readonly number[]): Promise<number | null> {
  const who = pids.filter(isSuspended);
  if (who.length === 0) return null;
  await new Promise((resolve) => setTimeout(resolve, SUSPENDED_MS));
  return who.find(isSuspended) ?? null;
}
