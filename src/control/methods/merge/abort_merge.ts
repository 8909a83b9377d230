import { defineMethod } from "../../method.ts";
import { BRANCH, RollbackReport } from "../../shapes/history.ts";

export const method = defineMethod({
  brief: "Takes a merge in progress back",
  version: 1,
  who: "branch",
  params: BRANCH,
  result: RollbackReport,
});
