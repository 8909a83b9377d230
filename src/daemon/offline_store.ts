/**
 * The store of a project whose daemon does not run.
 *
 * @module
 */

import { isListening } from "../control/socket_path.ts";
import type { GcParams, GcReport, VerifyReport } from "../control/service.ts";
import { History } from "../history/history.ts";
import { loadHasher } from "../store/hash.ts";
import type { Progress } from "../store/sliced.ts";
import { Store } from "../store/store.ts";
import { StoreWriter } from "../store/store_writer.ts";
import { findAround, findDaemon, type FindOptions, type FoundDaemon } from "./find_daemon.ts";
import { collectNow } from "./garbage_jobs.ts";
import { ASKED_WORTH_IT, policyOf } from "./maintenance.ts";
import { verifyTask } from "./verify_task.ts";

/** Who is to be asked: a daemon, or the files themselves. */
export type FoundStore =
  | { readonly daemon: FoundDaemon; readonly store: null }
  | { readonly daemon: null; readonly store: string };

/**
 * As {@linkcode findDaemon}, and the store where no daemon runs.
 *
 * @param store directory of a store, where that is known
 */
export async function findStore(
  options: FindOptions & { readonly store?: string | undefined },
): Promise<FoundStore> {
  if (options.store !== undefined) return { daemon: null, store: options.store };
  const directory = options.directory ?? options.cwd ?? Deno.cwd();
  const around = options.socket === undefined ? await findAround(directory) : null;
  const daemon = around ?? await findDaemon(options);
  const { workspace, socket } = daemon;
  if (workspace === null || await isListening(socket)) return { daemon, store: null };
  return { daemon: null, store: workspace.store };
}

export interface OfflineVerifyOptions {
  readonly repair: boolean;
  readonly onProgress: (progress: Progress) => void;
}

/** Checks a store that no daemon has open. Without `repair` it only reads. Throws StoreError. */
export async function verifyOffline(
  directory: string,
  { repair, onProgress }: OfflineVerifyOptions,
): Promise<VerifyReport> {
  const hasher = await loadHasher();
  const writer = repair ? StoreWriter.open(directory, hasher) : null;
  const store = writer ?? Store.open(directory, hasher);
  try {
    const options = { live: false, ...(writer === null ? {} : { repair: writer }) };
    return await verifyTask(store, options, (_, progress) => {
      if (progress !== null) onProgress(progress);
    });
  } finally {
    store.close();
  }
}

/** Collects the garbage of a store that no daemon has open. Throws StoreError. */
export async function gcOffline(
  directory: string,
  params: GcParams,
  onProgress: (progress: Progress) => void,
): Promise<GcReport> {
  const store = StoreWriter.open(directory, await loadHasher());
  try {
    const options = {
      policy: policyOf(params),
      dryRun: params.dryRun ?? false,
      worthIt: ASKED_WORTH_IT,
    };
    return collectNow(store, new History(store), options, onProgress);
  } finally {
    store.close();
  }
}
