/**
 * The background thread's part of collecting garbage: jobs that do a little each, so that those who want to store
 * something never wait long for their turn.
 *
 * @module
 */

import type { GcReport } from "../../control/service/store.ts";
import { reportedKind } from "../threads/reports.ts";
import {
  type CollectOptions,
  type CollectResult,
  StoreCollection,
} from "../../history/retention/collect_store.ts";
import type { History } from "../../history/history.ts";
import {
  keptCommits,
  neededCommits,
  type RetentionPolicy,
} from "../../history/retention/retention.ts";
import { getMeta, type MetaKey, putMeta } from "../../store/index/meta.ts";
import type { Reference } from "../../store/objects/references.ts";
import type { Progress, Work } from "../../store/format/sliced.ts";
import type { StoreWriter } from "../../store/store_writer.ts";

/** Longest time that a step takes as a rule, ms. */
const STEP_MS = 10;
/** Compacted checkpoints that are listed. */
const LISTED = 1000;
const NAME = "gc";

export interface GarbageJobs {
  /** Decides what is kept. Nothing that changes a branch may be under way. */
  gcBegin: {
    in: {
      readonly policy: RetentionPolicy;
      readonly dryRun: boolean;
      readonly worthIt: number;
      readonly live: readonly Reference[];
    };
    out: null;
  };
  /** Goes on for a moment. Readers have to close the packs that were removed. */
  gcStep: { in: null; out: { removedPacks: number[]; report: GcReport | null } };
  gcEnd: { in: null; out: null };
  /** How much there may be to collect. */
  gcEstimate: { in: RetentionPolicy; out: GarbageEstimate };
}

export interface GarbageEstimate {
  /** Of the last collection, ms since 1970; 0 where there was none. */
  readonly since: number;
  /** Bytes that the packs have more than after it. */
  readonly grown: number;
  readonly bytes: number;
  /** Checkpoints that the policy does not keep. */
  readonly old: number;
}

type GarbageTable = {
  [K in keyof GarbageJobs]: (value: GarbageJobs[K]["in"]) => GarbageJobs[K]["out"];
};

export function garbageJobs(
  store: StoreWriter,
  history: History,
  onTask: (name: string, progress: Progress | null) => void,
): GarbageTable {
  let collection: StoreCollection | null = null;
  let work: Work<CollectResult> | null = null;
  let started = 0;
  const end = () => {
    work?.return(undefined as never);
    collection = work = null;
    store.takeReserve();
    onTask(NAME, null);
    return null;
  };
  return {
    gcBegin: (options) => {
      end();
      started = performance.now();
      store.giveUpReserve();
      collection = new StoreCollection(store, history, { ...options, now: Date.now() });
      work = collection.run();
      return null;
    },
    gcStep: () => {
      if (collection === null || work === null) throw new Error("No collection is under way");
      const until = performance.now() + STEP_MS;
      const { removed, done } = step(collection, work, until, (p) => onTask(NAME, p));
      if (done === null) return { removedPacks: removed, report: null };
      if (!done.dryRun) remember(store);
      const report = gcReport(store.directory, done, performance.now() - started);
      end();
      return { removedPacks: removed, report };
    },
    gcEnd: end,
    gcEstimate: (policy) => estimate(store, history, policy),
  };
}

function step(
  collection: StoreCollection,
  work: Work<CollectResult>,
  until: number,
  onProgress: (progress: Progress) => void,
): { removed: number[]; done: CollectResult | null } {
  while (true) {
    const next = work.next();
    const removed = collection.takeRemovedPacks();
    if (next.done) return { removed, done: next.value };
    if (removed.length === 0 && performance.now() < until) continue;
    onProgress(next.value);
    return { removed, done: null };
  }
}

/** Collects the garbage of a store that no server has open. */
export function collectNow(
  store: StoreWriter,
  history: History,
  options: Omit<CollectOptions, "live" | "now">,
  onProgress: (progress: Progress) => void,
): GcReport {
  const started = performance.now();
  const now = Date.now();
  store.giveUpReserve();
  const collection = new StoreCollection(store, history, { ...options, live: [], now });
  const work = collection.run();
  while (true) {
    const { done } = step(collection, work, performance.now() + STEP_MS, onProgress);
    if (done === null) continue;
    if (!done.dryRun) remember(store);
    store.takeReserve();
    return gcReport(store.directory, done, performance.now() - started);
  }
}

function gcReport(store: string, result: CollectResult, ms: number): GcReport {
  const { compacted: all, ...numbers } = result;
  const compacted = all.filter(({ kind }) => kind !== "project");
  return {
    store,
    ...numbers,
    compactedCount: compacted.length,
    compacted: compacted.slice(0, LISTED).map(({ id, branch, kind, label, time }) => ({
      id,
      branch,
      kind: reportedKind(kind),
      label: label === "" ? null : label,
      time: new Date(time).toISOString(),
    })),
    ms: Math.round(ms),
  };
}

/** For {@linkcode estimate}: what there is right after a collection. */
function remember(store: StoreWriter): void {
  const { packBytes } = store.stats();
  store.commit((database) => {
    putMeta(database, "gc_time", Date.now());
    putMeta(database, "gc_bytes", packBytes);
  });
}

function estimate(store: StoreWriter, history: History, policy: RetentionPolicy): GarbageEstimate {
  const value = (key: MetaKey) => getMeta(store.database, key);
  const bytes = store.stats().packBytes;
  const commits = history.commits().filter(({ compacted }) => !compacted);
  const kept = keptCommits(commits, policy, Date.now());
  const heads = history.branches().flatMap(({ head }) => head ?? []);
  for (const id of neededCommits(commits, heads)) kept.add(id);
  return {
    since: value("gc_time") ?? 0,
    grown: Math.max(0, bytes - (value("gc_bytes") ?? 0)),
    bytes,
    old: commits.filter(({ id }) => !kept.has(id)).length,
  };
}
