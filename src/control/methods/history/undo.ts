import { defineMethod } from "../../method.ts";
import { noWords, takeBranch } from "../../plain_form.ts";
import { BRANCH, RollbackReport } from "../../shapes/history.ts";

export const method = defineMethod({
  brief: "Takes the last rollback, restore or merge back. Rejects with `nothing_to_undo`",
  version: 1,
  who: "branch",
  params: BRANCH,
  result: RollbackReport,
  plain: {
    usage: "undo [branch=B]",
    adds: "`rolled_back_to`",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      noWords("undo", rest);
      return branch;
    },
    reply: (report) => ({ rolled_back_to: report.id, ...report }),
  },
});
