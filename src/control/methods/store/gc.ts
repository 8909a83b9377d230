import { defineMethod } from "../../method.ts";
import {
  count,
  duration,
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
  time,
  truth,
  whole,
} from "../../schema.ts";
import { CommitKind } from "../../shapes/history.ts";

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

export const method = defineMethod({
  brief:
    "Gives back the space of what no checkpoint that is kept needs. The rules say which are kept, and one that any of them " +
    "keeps is; without a rule those of a week, the states before prompts of four, and all with a label",
  version: 1,
  who: "outside",
  params: {
    dryRun: optional(flag("Only tell what would happen")),
    keep: optional(count("The newest so many of each branch")),
    keepForMs: optional(duration("Those made within so many ms")),
    keepHourly: optional(
      count("The newest of each of the last so many hours in which any was made"),
    ),
    keepDaily: optional(count("The same with days")),
    keepPromptsForMs: optional(
      duration("The states before prompts of agents that were given within so many ms"),
    ),
    keepLabelled: optional(flag("All that have a label")),
  },
  result: GcReport,
});
