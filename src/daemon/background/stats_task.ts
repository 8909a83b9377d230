/**
 * Tells what holds the space of a store, for a daemon and without one.
 *
 * @module
 */

import type { StoreStatsReport } from "../../control/service/store.ts";
import { storeStats } from "../../history/retention/store_stats.ts";
import type { Reference } from "../../store/objects/references.ts";
import { type Progress, runInSlices } from "../../store/format/sliced.ts";
import type { Store } from "../../store/store.ts";
import { reportedKind } from "../threads/reports.ts";

const NAME = "stats";
/** Checkpoints that are listed. */
const LISTED = 100;

/** `onTask` is told how far it is, and null at its end. */
export async function statsTask(
  store: Store,
  live: readonly Reference[],
  onTask: (name: string, progress: Progress | null) => void,
): Promise<StoreStatsReport> {
  try {
    const { checkpoints, journals, ...stats } = await runInSlices(storeStats(store, live), {
      onProgress: (progress) => onTask(NAME, progress),
    });
    return {
      store: store.directory,
      ...stats,
      journals: [...journals],
      checkpointCount: checkpoints.length,
      checkpoints: checkpoints.slice(0, LISTED).map(({ label, kind, time, ...share }) => ({
        ...share,
        kind: reportedKind(kind),
        label: label === "" ? null : label,
        time: new Date(time).toISOString(),
      })),
    };
  } finally {
    onTask(NAME, null);
  }
}
