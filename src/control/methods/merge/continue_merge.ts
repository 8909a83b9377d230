import { defineMethod } from "../../method.ts";
import { exactly, takeBranch } from "../../plain_form.ts";
import { BRANCH, CheckpointReport } from "../../shapes/history.ts";

export const method = defineMethod({
  brief: "Ends a merge whose conflicts were settled",
  version: 1,
  who: "branch",
  params: BRANCH,
  result: CheckpointReport,
  words: {
    usage: "merge continue [branch=B]",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      exactly(0, "merge continue", rest);
      return branch;
    },
  },
});
