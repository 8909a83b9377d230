/**
 * Checks a store, for a daemon and without one.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { VerifyReport } from "../../control/service/store.ts";
import {
  type VerifyOptions,
  type VerifyResult,
  verifyStore,
} from "../../history/verify/verify_store.ts";
import { type Progress, runInSlices } from "../../store/format/sliced.ts";
import type { Store } from "../../store/store.ts";

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
    return verifyReport(store.directory, result, Math.round(performance.now() - started));
  } finally {
    onTask(NAME, null);
  }
}

export function verifyReport(store: string, result: VerifyResult, ms: number): VerifyReport {
  const { repaired } = result;
  return {
    ...result,
    store,
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
    repaired: repaired === null ? null : {
      ...repaired,
      rebuilt: repaired.rebuilt && { ...repaired.rebuilt, guessed: [...repaired.rebuilt.guessed] },
    },
    ms,
  };
}
