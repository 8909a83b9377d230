import { defineMethod } from "../../method.ts";
import { exactly, jsonBody } from "../../plain_form.ts";
import { flag, id, type Infer, name, optional, shape, text } from "../../schema.ts";

export const DeleteBranchReport = shape("DeleteBranchReport", "A branch that is gone.", {
  name: text("As it was called"),
  head: id("What the branch was last: `branch create NAME --from ID` brings it back"),
});
export type DeleteBranchReport = Infer<typeof DeleteBranchReport>;

export const method = defineMethod({
  brief: "Removes a branch. Its checkpoints stay, and what was not checkpointed becomes one first",
  version: 1,
  who: "family",
  params: {
    name: name("The branch that goes"),
    force: optional(flag("Although it is in use")),
  },
  result: DeleteBranchReport,
  plain: { usage: 'branch.delete {"name":…}', params: jsonBody },
  words: {
    usage: "branch delete NAME",
    params: (given) => ({ name: exactly(1, "branch delete NAME", given)[0] }),
  },
});
