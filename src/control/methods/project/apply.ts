import { defineMethod } from "../../method.ts";
import {
  fields,
  flag,
  id,
  type Infer,
  list,
  ms,
  name,
  names,
  nullable,
  oneOf,
  optional,
  ref,
  shape,
  text,
  truth,
  words,
} from "../../schema.ts";
import { BRANCH, Change, ChangeCounts, DRY_RUN, GUARD, LeftAlone } from "../../shapes/history.ts";
import { CHOICES } from "../../shapes/review.ts";
import { ProjectMoved } from "../../shapes/project.ts";
import { ConflictReport, STRATEGY } from "../merge/merge.ts";

export const ApplyReport = shape("ApplyReport", "What an apply has done, or would do.", {
  branch: text("Branch that is applied"),
  to: text("Directory that it is applied to"),
  state: oneOf(
    ["applied", "partial", "unchanged", "refused", "aborted"],
    "`applied`: everything is there; `partial`: some paths are left; `unchanged`: there was nothing to apply; `refused`: " +
      "there are conflicts; `aborted`: what had begun was taken back. In a dry run, what would be",
  ),
  id: nullable(id("Of the apply: `undo` takes it back"), "Null where nothing was applied"),
  applied: id("Checkpoint that was applied"),
  dryRun: truth("Nothing was done"),
  project: ProjectMoved,
  conflicts: list(
    ConflictReport,
    "Those that nothing decided; ours is the project, theirs the branch",
  ),
  decided: list(ConflictReport, "Those that the strategy decided"),
  changed: ChangeCounts,
  changes: optional(list(Change, "Dry run only: what would change in the project")),
  leftAlone: list(LeftAlone, "What changed while it was applied, or could not be written"),
  notKept: list(LeftAlone, "What was written and lacks something: an owner, an attribute"),
  safety: nullable(id("Automatic checkpoint taken first"), "Null where nothing was unsaved"),
  ms: ms("Time inside the daemon"),
});
export type ApplyReport = Infer<typeof ApplyReport>;

export const method = defineMethod({
  brief:
    "Makes the project what a branch is, as far as they differ by what the branch did. Rejects with `apply_conflicts`, and " +
    "nothing is changed, if there are conflicts; `details` is then the report",
  version: 1,
  who: "outside",
  params: {
    ...BRANCH,
    ref: optional(ref("Checkpoint that is applied; default: the working tree")),
    to: optional(name("Another directory than the project")),
    only: optional(
      names("patterns", "Only paths that match one of them, as in git's ignore files"),
    ),
    ...STRATEGY,
    partial: optional(flag("Apply what does not conflict")),
    withoutGit: optional(flag("Leave `.git` alone")),
    since: optional(ref("Only what was changed after this checkpoint")),
    reviewed: optional(
      fields({
        from: ref("As the review said"),
        to: ref("As the review said"),
        ...CHOICES,
      }, "Only what was taken of a review by `reviewApply`"),
    ),
    ...GUARD,
    message: optional(words("What the log says of it")),
    agent: optional(name("Who asks for it")),
    ...DRY_RUN,
  },
  result: ApplyReport,
});
