/**
 * Keeps what a replay could not make sense of, for somebody to look at.
 *
 * The journal goes on without it, and the next checkpoint removes the segments; these names stay.
 *
 * @module
 */

import { segmentName } from "../journal/journal.ts";
import type { ReplayReport } from "./replay.ts";

/** Gives each segment that may hold more than was replayed a second name. Returns these names. */
export function keepDamaged(directory: string, { damage, lost }: ReplayReport): string[] {
  const segments = new Set(lost);
  if (damage !== null) segments.add(damage.segment);
  return [...segments].map((segment) => {
    const kept = `${segmentName(segment)}.damaged`;
    try {
      Deno.linkSync(`${directory}/${segmentName(segment)}`, `${directory}/${kept}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    return kept;
  });
}
