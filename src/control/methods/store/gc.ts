import { defineMethod } from "../../method.ts";
import { count, duration, flag, optional } from "../../schema.ts";
import { GcReport } from "../../service/store.ts";

export const method = defineMethod({
  brief:
    "Gives back the space of what no checkpoint that is kept needs. The rules say which are kept, and one that any of them " +
    "keeps is; without a rule those of a week, and all with a label",
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
    keepLabelled: optional(flag("All that have a label")),
  },
  result: GcReport,
});
