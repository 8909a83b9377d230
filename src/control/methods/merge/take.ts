import { defineMethod } from "../../method.ts";
import {
  id,
  type Infer,
  ms,
  name,
  nullable,
  optional,
  ref,
  shape,
  text,
  words,
} from "../../schema.ts";
import { ChangeCounts } from "../../shapes/history.ts";
import { CHOICES } from "../../shapes/review.ts";

export const TakeReport = shape("TakeReport", "What was taken of a branch, and what is left.", {
  branch: text("That it was taken of"),
  into: text("Branch it was merged into"),
  id: nullable(id("The checkpoint of the merge"), "Null where nothing was taken"),
  taken: nullable(
    id("A checkpoint of the branch that has only what was taken"),
    "Null where nothing was taken",
  ),
  label: nullable(text("Of the merge"), "Null if it has none"),
  changed: ChangeCounts,
  left: ChangeCounts,
  safety: nullable(id("Automatic checkpoint taken first"), "Null where nothing was unsaved"),
  ms: ms("Time inside the daemon"),
});
export type TakeReport = Infer<typeof TakeReport>;

export const method = defineMethod({
  brief:
    "Merges some of what a branch changed; the branch then stands on that, and its working tree stays what it is, so that " +
    "the rest can be taken later. Rejects with `merge_conflicts` as a merge does",
  version: 1,
  who: "outside",
  params: {
    branch: name("The branch that was reviewed"),
    into: optional(name("As in the review")),
    from: ref("As the review said"),
    to: ref("As the review said"),
    ...CHOICES,
    label: optional(words("Short name of the merge")),
  },
  result: TakeReport,
});
