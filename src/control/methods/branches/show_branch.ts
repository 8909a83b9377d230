import { defineMethod } from "../../method.ts";
import { exactly } from "../../plain_form.ts";
import { name } from "../../schema.ts";
import { BranchReport } from "../../shapes/branches.ts";

export const method = defineMethod({
  brief: "One branch. Rejects with `unknown_branch`",
  version: 1,
  who: "family",
  params: { name: name("The branch that is meant") },
  result: BranchReport,
  words: {
    usage: "branch show NAME",
    params: (given) => ({ name: exactly(1, "branch show NAME", given)[0] }),
  },
});
