/**
 * Collects the garbage of a store: decides which commits to keep, marks what they and everything else that is in use
 * reach, and gives the rest of the space back.
 *
 * It goes in pieces. Between any two of them writers may do anything: they are told of (see ObjectMarker), and each
 * piece is a durable transaction of its own or changes nothing. Where something cannot be read nothing is taken away.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { LIVE, ObjectTable, USED } from "../../store/index/object_table.ts";
import { ObjectMarker } from "../../store/verify/mark_objects.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { quarantined } from "../../store/index/quarantine.ts";
import type { Reference } from "../../store/objects/references.ts";
import type { Work } from "../../store/format/sliced.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { whileNobodyReads } from "../../store/files/reader_lock.ts";
import { journalsPath } from "../../store/files/store_paths.ts";
import { packShares, packsToSweep, sweepPacks } from "../../store/verify/sweep_packs.ts";
import { TableSource } from "../../store/table_source.ts";
import { damagedRows } from "../../store/index/summed_table.ts";
import { journalReferences } from "../../tree/capture/live_references.ts";
import type { CommitInfo } from "../commits/commit.ts";
import type { History } from "../history.ts";
import { HistoryError } from "../commits/history_error.ts";
import { OperationLog } from "../commits/operation_log.ts";
import { commitReferences, snapshotReferences } from "../references.ts";
import { HISTORY_TABLES } from "../commits/schema.ts";
import {
  type CommitSummary,
  keptCommits,
  neededCommits,
  type RetentionPolicy,
  SAFETY_MS,
} from "./retention.ts";
import { projectCommits } from "../refs/base_table.ts";
import { compact, compactedIds, forgetCommits } from "../commits/retention_table.ts";
import { journalDirectories } from "../verify/verify_store.ts";

export interface CollectOptions {
  readonly policy: RetentionPolicy;
  /** Only tell what would happen. */
  readonly dryRun: boolean;
  /** What a server needs in memory; empty where none runs. */
  readonly live: readonly Reference[];
  /** Part of a pack that is garbage from which it is worth writing it anew: 0 to 1. */
  readonly worthIt: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface CollectResult {
  readonly dryRun: boolean;
  /** Commits of which the contents go. */
  readonly compacted: readonly CommitSummary[];
  /** Commits that are kept, contents included. */
  readonly kept: number;
  readonly objects: number;
  readonly deadObjects: number;
  /** Bytes of all packs before and after (in a dry run: as they would be). */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Bytes of dead objects that stay, in packs that are not worth writing anew. */
  readonly garbageLeft: number;
  readonly packsRemoved: number;
}

/** Undo steps of a branch that stay possible however old they are. */
const UNDO_STEPS = 16;
/** Commits without contents of which the line in the log is kept. */
const LINES_KEPT = 10_000;

export class StoreCollection {
  readonly #store: StoreWriter;
  readonly #history: History;
  readonly #options: CollectOptions;
  readonly #roots: Reference[] = [];
  readonly #usedEarly = new Set<ObjectId>();
  /** Packs from this number on are left alone: others write to them. */
  readonly #end: number;
  #marker: ObjectMarker | null = null;
  readonly #compacted: CommitSummary[];
  readonly #kept: number;
  #removedPacks: number[] = [];

  /**
   * Decides what is kept: from here on the roots are fixed, and compacted commits cannot be used any more. Nothing that
   * reads the history to write something may be under way.
   */
  constructor(store: StoreWriter, history: History, options: CollectOptions) {
    this.#store = store;
    this.#history = history;
    this.#options = options;
    assertWholeRows(store.database);
    const gone = compactedIds(store.database);
    const commits = history.commits();
    const summaries = commits.map(summaryOf);
    const keep = this.#keep(summaries.filter(({ id }) => !gone.has(id)));
    this.#compacted = summaries.filter(({ id }) => !keep.has(id) && !gone.has(id));
    this.#kept = keep.size;
    const forgotten = this.#forgotten(summaries, keep);
    this.#findRoots(commits, keep, forgotten);
    if (options.dryRun) {
      this.#end = Infinity;
      return;
    }
    this.#end = store.rewriter.beginPack();
    whileNobodyReads(store.directory, () => this.#give(forgotten));
    store.onUse((id) => {
      if (this.#marker === null) this.#usedEarly.add(id);
      else this.#marker.use(id);
    });
  }

  /** Says of the commits that are not kept that they are gone, and forgets the oldest of them. */
  #give(forgotten: readonly ObjectId[]): void {
    if (this.#compacted.length === 0 && forgotten.length === 0) return;
    this.#store.commit((database) => {
      compact(database, this.#compacted.map(({ id }) => id), this.#options.now);
      forgetCommits(database, forgotten);
    });
  }

  #keep(commits: readonly CommitSummary[]): Set<ObjectId> {
    const { policy, now } = this.#options;
    const branches = this.#history.branches();
    const heads = branches.flatMap(({ head }) => head ?? []);
    const keep = keptCommits(commits, policy, now);
    for (const id of neededCommits(commits, heads)) keep.add(id);
    const project = projectCommits(this.#store.database);
    for (const { id, kind, parents } of commits) {
      if (!project.has(id)) continue;
      keep.add(id);
      // What an apply in progress began with, and what was common before a refresh.
      if (kind === "project") { for (const parent of parents) keep.add(parent); }
    }
    const log = new OperationLog(this.#store.database);
    const byId = new Map(commits.map((commit) => [commit.id, commit]));
    for (const { name } of branches) {
      for (const operations of [log.undoable(name), log.redoable(name)]) {
        let steps = 0;
        for (const { kind, from, to, time } of operations) {
          if (++steps > UNDO_STEPS && now - time >= SAFETY_MS) break;
          keep.add(from);
          if (kind !== "apply") continue;
          // What was common before it is what it is taken back to.
          keep.add(to);
          for (const id of byId.get(to)?.parents ?? []) keep.add(id);
        }
      }
    }
    const known = new Set(commits.map(({ id }) => id));
    return new Set([...keep].filter((id) => known.has(id)));
  }

  /** Commits so old that not even their line in the log stays. */
  #forgotten(commits: readonly CommitSummary[], keep: ReadonlySet<ObjectId>): ObjectId[] {
    return commits.filter(({ id }) => !keep.has(id)).slice(LINES_KEPT).map(({ id }) => id);
  }

  #findRoots(
    commits: readonly CommitInfo[],
    keep: ReadonlySet<ObjectId>,
    forgotten: readonly ObjectId[],
  ): void {
    const without = new Set(forgotten);
    for (const commit of commits) {
      if (keep.has(commit.id)) this.#roots.push(...commitReferences(commit));
      else if (!without.has(commit.id)) this.#roots.push({ id: commit.id, type: "commit" });
    }
    for (const { snapshot } of this.#history.branches()) {
      this.#roots.push(...snapshotReferences(snapshot));
    }
    this.#roots.push(...this.#options.live);
  }

  /** Packs that were removed since this was asked last: readers should close them. */
  takeRemovedPacks(): number[] {
    const packs = this.#removedPacks;
    this.#removedPacks = [];
    return packs;
  }

  *run(): Work<CollectResult> {
    try {
      const { table, lostBlobs } = yield* this.#load();
      const isKnownLost = (id: ObjectId) => lostBlobs.has(id);
      const marker = new ObjectMarker(new TableSource(this.#store, table), table, isKnownLost);
      this.#marker = marker;
      for (const id of this.#usedEarly) marker.use(id);
      this.#usedEarly.clear();
      yield* marker.mark(this.#roots);
      // Stale ones may name what is gone: they are looked at only if all else could be read.
      yield* marker.mark(this.#fromJournals(table));
      return yield* this.#sweep(table);
    } finally {
      this.#store.onUse(null);
    }
  }

  *#load(): Work<{ table: ObjectTable; lostBlobs: ReadonlySet<ObjectId> }> {
    const table = yield* ObjectTable.load(this.#store.database);
    const lostBlobs = new Set(quarantined(this.#store.database).map(({ id }) => id));
    return { table, lostBlobs };
  }

  /** What unlinked files in the journals need, as far as it is there. */
  #fromJournals(table: ObjectTable): Reference[] {
    const root = journalsPath(this.#store.directory);
    return journalDirectories(root).flatMap((name) => journalReferences(`${root}/${name}`))
      .filter(({ id }) => table.find(id) >= 0);
  }

  *#sweep(table: ObjectTable): Work<CollectResult> {
    const { dryRun, worthIt } = this.#options;
    const shares = packShares(this.#store, table, this.#end);
    const packs = packsToSweep(shares, worthIt);
    const bytesBefore = shares.reduce((sum, { bytes }) => sum + bytes, 0);
    const freed = packs.reduce((sum, { bytes, live }) => sum + bytes - live, 0);
    const swept = new Set(packs.map(({ pack }) => pack));
    const garbageLeft = shares.filter(({ pack }) => !swept.has(pack))
      .reduce((sum, { bytes, live }) => sum + bytes - live, 0);
    const dead = countDead(table);
    if (!dryRun) {
      yield* sweepPacks(this.#store, table, packs, (pack) => this.#removedPacks.push(pack));
    }
    return {
      dryRun,
      compacted: this.#compacted,
      kept: this.#kept,
      objects: table.count,
      deadObjects: dead,
      bytesBefore,
      bytesAfter: bytesBefore - freed,
      garbageLeft,
      packsRemoved: packs.length,
    };
  }
}

/** What the rows of the history say is what is kept and what not. Throws {@linkcode HistoryError} `corrupt_ref`. */
function assertWholeRows(database: DatabaseSync): void {
  const table = HISTORY_TABLES.find((table) => damagedRows(database, table).length > 0);
  if (table === undefined) return;
  throw new HistoryError(
    "corrupt_ref",
    `Cannot collect garbage: the table ${table.name} of the index is damaged. Run agentvfs verify --repair`,
    { subject: table.name },
  );
}

function summaryOf(commit: CommitInfo): CommitSummary {
  const { id, branch, kind, label, time, parents, details } = commit;
  const summary = { id, branch, kind, label, time, parents };
  return details === undefined ? summary : { ...summary, details };
}

function countDead(table: ObjectTable): number {
  let dead = 0;
  for (let at = 0; at < table.count; at++) if ((table.marks[at]! & (LIVE | USED)) === 0) dead++;
  return dead;
}
