import { defineMethod } from "../../method.ts";
import {
  flag,
  id,
  type Infer,
  list,
  ms,
  nullable,
  oneOf,
  optional,
  shape,
  text,
  truth,
  words,
} from "../../schema.ts";
import { BRANCH, Change, ChangeCounts, DRY_RUN, GUARD, TOUCH } from "../../shapes/history.ts";
import { ProjectMoved } from "../../shapes/project.ts";
import { ConflictReport, STRATEGY } from "../merge/merge.ts";

export const RefreshReport = shape("RefreshReport", "What a refresh has done, or would do.", {
  branch: text("Branch"),
  state: oneOf(
    ["refreshed", "unchanged", "settle", "refused"],
    "`refreshed`: a checkpoint was made; `unchanged`: the branch has everything already; `settle`: conflicts are marked in " +
      "files, the merge has to be continued or aborted; `refused`: there are conflicts. In a dry run, what would be",
  ),
  id: nullable(id("The checkpoint"), "Null where none was made"),
  dryRun: truth("Nothing was done"),
  project: ProjectMoved,
  conflicts: list(
    ConflictReport,
    "Those that nothing decided; ours is the branch, theirs the project",
  ),
  decided: list(ConflictReport, "Those that the strategy decided"),
  changed: ChangeCounts,
  changes: optional(list(Change, "Dry run only: what would change in the branch")),
  safety: nullable(id("Automatic checkpoint taken first"), "Null where nothing was unsaved"),
  ms: ms("Time inside the daemon"),
});
export type RefreshReport = Infer<typeof RefreshReport>;

export const method = defineMethod({
  brief:
    "Brings what changed in the project into a branch. Rejects with `refresh_conflicts`, and nothing is changed, if there are " +
    "conflicts; `details` is then the report",
  version: 1,
  who: "outside",
  params: {
    ...BRANCH,
    ...STRATEGY,
    message: optional(words("Longer description of the checkpoint it makes")),
    untouched: optional(
      flag("Only what nobody changed in the branch since; the rest is left for another refresh"),
    ),
    ...DRY_RUN,
    ...GUARD,
    ...TOUCH,
  },
  result: RefreshReport,
});
