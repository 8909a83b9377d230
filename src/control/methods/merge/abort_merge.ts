import { defineMethod } from "../../method.ts";
import { exactly, takeBranch } from "../../plain_form.ts";
import { BRANCH, RollbackReport } from "../../shapes/history.ts";

export const method = defineMethod({
  brief: "Takes a merge in progress back",
  version: 1,
  who: "branch",
  params: BRANCH,
  result: RollbackReport,
  words: {
    usage: "merge abort [branch=B]",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      exactly(0, "merge abort", rest);
      return branch;
    },
  },
});
