import { defineMethod } from "../../method.ts";
import { name } from "../../schema.ts";
import { BranchReport } from "../../shapes/branches.ts";

export const method = defineMethod({
  brief: "Gives a branch another name. Its number and its checkpoints stay",
  version: 1,
  who: "outside",
  params: { name: name("The branch that is meant"), to: name("Its new name") },
  result: BranchReport,
});
