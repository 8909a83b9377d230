/**
 * Checking the store, and the space it takes: docs/maintenance.md.
 *
 * @module
 */

import type { CommitKind } from "./history.ts";

/** About the store, which all branches share. */
export interface StoreService {
  /** Checks the whole store; nothing else has to wait for it. */
  verify(p: VerifyParams): Promise<VerifyReport>;
  /** Gives the space of what no checkpoint that is kept needs back. */
  gc(p: GcParams): Promise<GcReport>;
  /** What holds the space of the store. */
  storeStats(p: Record<string, never>): Promise<StoreStatsReport>;
}

/** How to check. */
export interface VerifyParams {
  /** Put right what can be. */
  repair?: boolean;
}

/** Something that is wrong in the store. Which fields are there depends on what it is. */
export interface DamageReport {
  /** Stable: programs may compare it. */
  code: string;
  message: string;
  /** Object. */
  id?: string;
  file?: string;
  offset?: number;
  bytes?: number;
}

/** Paths of which something is lost. */
export interface AffectedReport {
  /** Checkpoint of which something is lost; null for what a branch stored without one. */
  commit: string | null;
  label: string | null;
  branch: string;
  /** The first of the paths; a directory stands for everything in it. */
  paths: string[];
  pathCount: number;
}

/** What a check of the store has found. */
export interface VerifyReport {
  store: string;
  /** True if nothing was wrong. */
  clean: boolean;
  checked: {
    packs: number;
    packBytes: number;
    objects: number;
    commits: number;
    branches: number;
    trees: number;
    files: number;
    journalSegments: number;
    journalRecords: number;
    journalBytes: number;
  };
  /** As it was found, before a repair: the first 1000. */
  damage: DamageReport[];
  damageCount: number;
  /** Objects that cannot be read. */
  lost: string[];
  affected: AffectedReport[];
  /** Unfinished ends of journal segments that a crash left; nothing that was answered is in them. */
  torn: { path: string; bytes: number }[];
  /** Ends of packs that were never committed. */
  uncommitted: { file: string; bytes: number }[];
  /** Null where nothing was to be repaired. */
  repaired: {
    indexed: number;
    removed: number;
    quarantined: number;
    cut: number;
    /** A new index was made of the packs and of what could be read of the old one; not while a daemon runs. */
    rebuilt: {
      objects: number;
      commits: number;
      branches: number;
      /** Branches that stand at their newest checkpoint because nothing else of them was left. */
      guessed: string[];
      /** Earlier rollbacks cannot be undone any more. */
      operationsLost: boolean;
    } | null;
  } | null;
  ms: number;
}

/** Rules for checkpoints: one that any of them keeps is kept. Without a rule: those of a week, and all with a label. */
export interface GcParams {
  /** Only tell what would happen. */
  dryRun?: boolean;
  /** The newest so many of each branch. */
  keep?: number;
  /** Those made within so many ms. */
  keepForMs?: number;
  /** The newest of each of the last so many hours in which any was made. */
  keepHourly?: number;
  /** The same with days. */
  keepDaily?: number;
  /** All that have a label. */
  keepLabelled?: boolean;
}

/** What a collection has freed, or would free. */
export interface GcReport {
  store: string;
  dryRun: boolean;
  /** Checkpoints whose contents go: the first 1000. */
  compacted: {
    id: string;
    branch: string;
    kind: CommitKind;
    label: string | null;
    time: string;
  }[];
  compactedCount: number;
  /** Checkpoints that are kept. */
  kept: number;
  objects: number;
  deadObjects: number;
  /** Bytes of the packs before and after; in a dry run, as they would be. */
  bytesBefore: number;
  bytesAfter: number;
  /** Bytes that stay although nothing needs them: freeing them now would cost more than it gives. */
  garbageLeft: number;
  packsRemoved: number;
  ms: number;
}

/** Sizes in bytes. */
export interface StoreStatsReport {
  store: string;
  /** All files of the store. */
  total: number;
  packs: {
    count: number;
    bytes: number;
    objects: number;
    deadObjects: number;
    /** What checkpoints, branches and open files need. */
    live: number;
    /** What `gc` could free. */
    dead: number;
  };
  /** Of what is live: needed by several checkpoints or working trees. */
  shared: number;
  /** Of what is live: needed by working trees alone. */
  working: number;
  index: number;
  journals: { branch: string; bytes: number; segments: number }[];
  other: number;
  checkpointCount: number;
  /** The 100 with most bytes of their own, these first. */
  checkpoints: {
    id: string;
    branch: string;
    kind: CommitKind;
    label: string | null;
    time: string;
    /** What would come back if it went. */
    unique: number;
    /** All files in it. */
    size: number;
  }[];
}
