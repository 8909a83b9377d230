import { defineMethod } from "../../method.ts";
import { group, id, type Infer, list, nullable, shape, text, time, whole } from "../../schema.ts";
import { CommitKind } from "../../shapes/history.ts";

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

export const method = defineMethod({
  brief: "What holds the space of the store",
  version: 1,
  who: "outside",
  params: {},
  result: StoreStatsReport,
});
