import { defineMethod } from "../../method.ts";
import { jsonBody } from "../../plain_form.ts";
import { flag, name, optional } from "../../schema.ts";
import { DeleteBranchReport } from "../../service/branches.ts";

export const method = defineMethod({
  brief: "Removes a branch. Its checkpoints stay, and what was not checkpointed becomes one first",
  version: 1,
  who: "outside",
  params: {
    name: name("The branch that goes"),
    force: optional(flag("Although it is in use")),
  },
  result: DeleteBranchReport,
  plain: { usage: 'branch.delete {"name":…}', params: jsonBody },
});
