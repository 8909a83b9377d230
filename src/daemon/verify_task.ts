/**
 * Checks a store, for a daemon and without one.
 *
 * @module
 */

import { displayString } from "../../ffi/libc.ts";
import type { VerifyReport } from "../control/service.ts";
import { type VerifyOptions, verifyStore } from "../history/verify_store.ts";
import { type Progress, runInSlices } from "../store/sliced.ts";
import type { Store } from "../store/store.ts";

const NAME = "verify";

/** Checks `store` in slices. `onTask` is told how far it is, and null at its end. */
export async function verifyTask(
  store: Store,
  options: VerifyOptions,
  onTask: (name: string, progress: Progress | null) => void,
): Promise<VerifyReport> {
  const started = performance.now();
  try {
    const result = await runInSlices(verifyStore(store, options), {
      onProgress: (progress) => onTask(NAME, progress),
    });
    return {
      ...result,
      store: store.directory,
      damage: result.damage.map((damage) => ({ ...damage })),
      lost: [...result.lost],
      affected: result.affected.map(({ commit, label, branch, paths, count }) => ({
        commit,
        label: label === "" ? null : label,
        branch,
        paths: paths.map((path) => path === "" ? "." : displayString(path)),
        pathCount: count,
      })),
      torn: result.torn.map(({ path, bytes }) => ({ path, bytes })),
      uncommitted: result.uncommitted.map((tail) => ({ ...tail })),
      ms: Math.round(performance.now() - started),
    };
  } finally {
    onTask(NAME, null);
  }
}
