import { defineMethod } from "../../method.ts";
import {
  group,
  type Infer,
  ms,
  nullable,
  oneOf,
  shape,
  text,
  time,
  truth,
  whole,
} from "../../schema.ts";
import { BRANCH, ChangeCounts } from "../../shapes/history.ts";

export const SourceReport = shape(
  "SourceReport",
  "The project as it is now, compared with what it and a branch have in common.",
  {
    state: oneOf(
      ["compared", "importing", "missing"],
      "`importing`: there is nothing to compare with yet; `missing`: there is no such directory any more",
    ),
    since: oneOf(
      ["import", "exchange"],
      "What it is compared with: the import, or what was common after a refresh or an apply",
    ),
    unfinished: nullable(
      group({
        branch: text("Branch that was applied"),
        paths: whole("Paths that were to be changed"),
        goingBack: truth("It was being taken back"),
      }, "An apply that was interrupted and has to be continued or aborted"),
      "Null if there is none",
    ),
    replaced: truth(
      "The directory at the project's path is another one than that which was imported",
    ),
    changed: ChangeCounts,
    touched: whole("Files that differ by inode number or ctime alone: they may be the same"),
    newest: nullable(
      group({ path: text("In the project"), time: time("When it changed") }, "What changed last"),
      "Null if nothing did",
    ),
    ms: ms("Time it took"),
  },
);
export type SourceReport = Infer<typeof SourceReport>;

export const method = defineMethod({
  brief:
    "How the project has moved since it was imported, refreshed from or applied to: it is looked at anew, by stat(2)",
  version: 1,
  who: "outside",
  params: BRANCH,
  result: SourceReport,
});
