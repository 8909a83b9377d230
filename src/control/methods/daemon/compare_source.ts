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
import { ChangeCounts } from "../../shapes/history.ts";

export const SourceReport = shape(
  "SourceReport",
  "The project as it is now, compared with what was imported.",
  {
    state: oneOf(
      ["compared", "importing", "missing"],
      "`importing`: there is nothing to compare with yet; `missing`: there is no such directory any more",
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
  brief: "Whether the project is still what was imported: it is looked at anew, by stat(2)",
  version: 1,
  who: "outside",
  params: {},
  result: SourceReport,
});
