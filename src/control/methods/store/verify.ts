import { defineMethod } from "../../method.ts";
import {
  flag,
  group,
  id,
  type Infer,
  list,
  ms,
  nullable,
  optional,
  shape,
  text,
  truth,
  whole,
} from "../../schema.ts";

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

export const method = defineMethod({
  brief: "Checks the whole store; nothing else has to wait for it",
  version: 1,
  who: "outside",
  params: { repair: optional(flag("Put right what can be")) },
  result: VerifyReport,
});
