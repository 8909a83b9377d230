/**
 * The store of a project whose daemon does not run.
 *
 * @module
 */

import { ignoreFileSizeLimit } from "../host/signals.ts";
import { isListening } from "../control/socket_path.ts";
import type { Params } from "../control/methods.ts";
import type { GcReport, StoreStatsReport, VerifyReport } from "../control/service/store.ts";
import { History } from "../history/history.ts";
import { recoverIndex } from "../history/verify/recover_index.ts";
import { indexDamage, unusableIndex } from "../history/verify/verify_store.ts";
import { isDamage } from "../store/verify/check_index.ts";
import { forgetInterrupted } from "../source/interrupted_import.ts";
import { loadHasher } from "../store/format/hash.ts";
import type { Progress } from "../store/format/sliced.ts";
import { Store } from "../store/store.ts";
import { checkFormat } from "../store/index/store_format.ts";
import { StoreWriter } from "../store/store_writer.ts";
import { absolutePath, currentDirectory } from "../host/current_directory.ts";
import {
  findAround,
  findDaemon,
  type FindOptions,
  type FoundDaemon,
} from "./workspaces/find_daemon.ts";
import { collectNow } from "./background/garbage_jobs.ts";
import { ASKED_WORTH_IT, policyOf } from "./methods/maintenance.ts";
import { statsTask } from "./background/stats_task.ts";
import { verifyReport, verifyTask } from "./background/verify_task.ts";

/** Who is to be asked: a daemon, or the files themselves. */
export type FoundStore =
  | { readonly daemon: FoundDaemon; readonly store: null }
  | {
    readonly daemon: null;
    readonly store: string;
    /** Directory of the project, where that is known. */
    readonly source: string | null;
  };

/**
 * As {@linkcode findDaemon}, and the store where no daemon runs.
 *
 * @param store directory of a store, where that is known
 */
export async function findStore(
  options: FindOptions & { readonly store?: string | undefined },
): Promise<FoundStore> {
  if (options.store !== undefined) {
    return { daemon: null, store: options.store, source: null };
  }
  const directory = options.directory ?? options.cwd ?? currentDirectory();
  const isNamed = options.socket !== undefined || directory === null;
  const around = isNamed ? null : await findAround(absolutePath(directory));
  const daemon = around ?? await findDaemon(options);
  const { workspace, socket } = daemon;
  if (workspace === null || await isListening(socket)) return { daemon, store: null };
  return { daemon: null, store: workspace.store, source: workspace.source };
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
  checkFormat(directory);
  ignoreFileSizeLimit();
  const hasher = await loadHasher();
  const found = indexDamage(directory, { stopped: true });
  // The number of transactions beside the index is written anew when that is opened.
  const isIndexDamaged = found.some(({ code }) => code !== "index_mark");
  const rebuilt = repair && isIndexDamaged ? recoverIndex(directory, hasher) : null;
  let store: Store;
  try {
    if (repair) forgetInterrupted(directory);
    store = repair ? StoreWriter.open(directory, hasher) : Store.open(directory, hasher);
  } catch (error) {
    if (found.length === 0 || !isDamage(error)) throw error;
    return verifyReport(directory, unusableIndex(found), 0);
  }
  try {
    const options = {
      live: false,
      found,
      ...(store instanceof StoreWriter ? { repair: store } : {}),
    };
    const report = await verifyTask(store, options, (_, progress) => {
      if (progress !== null) onProgress(progress);
    });
    if (!repair || found.length === 0) return report;
    const repaired = { ...NOTHING_REPAIRED, ...report.repaired };
    return {
      ...report,
      repaired: { ...repaired, rebuilt: rebuilt && { ...rebuilt, guessed: [...rebuilt.guessed] } },
    };
  } finally {
    store.close();
  }
}

const NOTHING_REPAIRED = { indexed: 0, removed: 0, quarantined: 0, cut: 0, rebuilt: null };

/** Tells what holds the space of a store; a server may have it open. Throws StoreError. */
export async function statsOffline(
  directory: string,
  onProgress: (progress: Progress) => void,
): Promise<StoreStatsReport> {
  const store = Store.open(directory, await loadHasher());
  try {
    return await statsTask(store, [], (_, progress) => {
      if (progress !== null) onProgress(progress);
    });
  } finally {
    store.close();
  }
}

/** Collects the garbage of a store that no daemon has open. Throws StoreError. */
export async function gcOffline(
  directory: string,
  params: Params<"gc">,
  onProgress: (progress: Progress) => void,
): Promise<GcReport> {
  ignoreFileSizeLimit();
  const store = StoreWriter.open(directory, await loadHasher());
  forgetInterrupted(directory);
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
