/**
 * What is said about the store, which all branches share, and the space it takes: docs/maintenance.md.
 *
 * @module
 */

import {
  group,
  id,
  type Infer,
  list,
  ms,
  nullable,
  optional,
  shape,
  text,
  time,
  truth,
  whole,
} from "../schema.ts";
import { CommitKind } from "./history.ts";

export const DamageReport = shape(
  "DamageReport",
  "Something that is wrong in the store. Which fields are there depends on what it is.",
  {
    code: text("Stable: programs may compare it"),
    message: text("A sentence for people"),
    id: optional(text("Object")),
    file: optional(text("File of the store")),
    offset: optional(whole("Byte of the file")),
    bytes: optional(whole("How many")),
  },
);
export type DamageReport = Infer<typeof DamageReport>;

export const AffectedReport = shape("AffectedReport", "Paths of which something is lost.", {
  commit: nullable(
    id("Checkpoint of which something is lost"),
    "Null for what a branch stored without one",
  ),
  label: nullable(text("Its label"), "Null if it has none"),
  branch: text("Branch it is of"),
  paths: list(
    text("Relative to the root of the tree"),
    "The first of the paths; a directory stands for everything in it",
  ),
  pathCount: whole("All of them"),
});
export type AffectedReport = Infer<typeof AffectedReport>;

export const VerifyReport = shape("VerifyReport", "What a check of the store has found.", {
  store: text("Its directory"),
  clean: truth("Nothing was wrong"),
  checked: group({
    packs: whole("Packs"),
    packBytes: whole("Bytes of packs"),
    objects: whole("Objects"),
    commits: whole("Checkpoints"),
    branches: whole("Branches"),
    trees: whole("Directories"),
    files: whole("Files"),
    journalSegments: whole("Segments of journals"),
    journalRecords: whole("Records of journals"),
    journalBytes: whole("Bytes of journals"),
  }, "What was looked at"),
  damage: list(DamageReport, "As it was found, before a repair: the first 1000"),
  damageCount: whole("All of it"),
  lost: list(text("Id of an object"), "Objects that cannot be read"),
  affected: list(AffectedReport, "What is lost with them"),
  torn: list(
    group({ path: text("Of the segment"), bytes: whole("How many") }, "One end"),
    "Unfinished ends of journal segments that a crash left; nothing that was answered is in them",
  ),
  uncommitted: list(
    group({ file: text("The pack"), bytes: whole("How many") }, "One end"),
    "Ends of packs that were never committed",
  ),
  repaired: nullable(
    group({
      indexed: whole("Objects that are in the index again"),
      removed: whole("Wrong lines of the index that are gone"),
      quarantined: whole("Lost objects that are marked"),
      cut: whole("Torn ends that are gone"),
      rebuilt: nullable(
        group({
          objects: whole("Objects it has"),
          commits: whole("Checkpoints it has"),
          branches: whole("Branches it has"),
          guessed: list(
            text("Branch"),
            "Branches that stand at their newest checkpoint because nothing else of them was left",
          ),
          operationsLost: truth("Earlier rollbacks cannot be undone any more"),
        }, "What the new index has"),
        "A new index was made of the packs and of what could be read of the old one; not while a daemon runs",
      ),
    }, "What was put right"),
    "Null where nothing was to be repaired",
  ),
  ms: ms("Time it took"),
});
export type VerifyReport = Infer<typeof VerifyReport>;

export const GcReport = shape("GcReport", "What a collection has freed, or would free.", {
  store: text("Its directory"),
  dryRun: truth("Nothing was done"),
  compacted: list(
    group({
      id: id("Of the checkpoint"),
      branch: text("Branch it is of"),
      kind: CommitKind,
      label: nullable(text("Its label"), "Null if it has none"),
      time: time("When it was made"),
    }, "A checkpoint"),
    "Checkpoints whose contents go: the first 1000",
  ),
  compactedCount: whole("All of them"),
  kept: whole("Checkpoints that are kept"),
  objects: whole("Objects there were"),
  deadObjects: whole("Of those, what nothing needs"),
  bytesBefore: whole("Bytes of the packs before"),
  bytesAfter: whole("Bytes of the packs after; in a dry run, as they would be"),
  garbageLeft: whole(
    "Bytes that stay although nothing needs them: freeing them now would cost more than it gives",
  ),
  packsRemoved: whole("Packs that are gone"),
  ms: ms("Time it took"),
});
export type GcReport = Infer<typeof GcReport>;

export const StoreStatsReport = shape(
  "StoreStatsReport",
  "What holds the space of the store. Sizes in bytes.",
  {
    store: text("Its directory"),
    total: whole("All files of the store"),
    packs: group({
      count: whole("Packs"),
      bytes: whole("All of them"),
      objects: whole("Objects in them"),
      deadObjects: whole("Of those, what nothing needs"),
      live: whole("What checkpoints, branches and open files need"),
      dead: whole("What `gc` could free"),
    }, "Packs"),
    shared: whole("Of what is live: needed by several checkpoints or working trees"),
    working: whole("Of what is live: needed by working trees alone"),
    index: whole("The index"),
    journals: list(
      group({
        branch: text("Branch it is of"),
        bytes: whole("All of it"),
        segments: whole("Files"),
      }, "A journal"),
      "Journals",
    ),
    other: whole("Everything else"),
    checkpointCount: whole("All checkpoints"),
    checkpoints: list(
      group({
        id: id("Of the checkpoint"),
        branch: text("Branch it is of"),
        kind: CommitKind,
        label: nullable(text("Its label"), "Null if it has none"),
        time: time("When it was made"),
        unique: whole("What would come back if it went"),
        size: whole("All files in it"),
      }, "A checkpoint"),
      "The 100 with most bytes of their own, these first",
    ),
  },
);
export type StoreStatsReport = Infer<typeof StoreStatsReport>;
