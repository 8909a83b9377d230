import { defineMethod } from "../../method.ts";
import { exactly } from "../../plain_form.ts";
import { name } from "../../schema.ts";
import { BranchReport } from "../../shapes/branches.ts";

export const method = defineMethod({
  brief: "Gives a branch another name. Its number and its checkpoints stay",
  version: 1,
  who: "outside",
  params: { name: name("The branch that is meant"), to: name("Its new name") },
  result: BranchReport,
  words: {
    usage: "branch rename NAME NEW",
    params(given) {
      const [name, to] = exactly(2, "branch rename NAME NEW", given);
      return { name, to };
    },
  },
});
