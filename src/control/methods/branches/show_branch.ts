import { defineMethod } from "../../method.ts";
import { name } from "../../schema.ts";
import { BranchReport } from "../../shapes/branches.ts";

export const method = defineMethod({
  brief: "One branch. Rejects with `unknown_branch`",
  version: 1,
  who: "family",
  params: { name: name("The branch that is meant") },
  result: BranchReport,
});
