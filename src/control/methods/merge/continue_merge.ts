import { defineMethod } from "../../method.ts";
import { BRANCH, CheckpointReport } from "../../shapes/history.ts";

export const method = defineMethod({
  brief: "Ends a merge whose conflicts were settled",
  version: 1,
  who: "branch",
  params: BRANCH,
  result: CheckpointReport,
});
