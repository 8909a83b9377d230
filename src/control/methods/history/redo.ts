import { defineMethod } from "../../method.ts";
import { noWords, takeBranch } from "../../plain_form.ts";
import { BRANCH, RollbackReport, TOUCH } from "../../shapes/history.ts";

export const method = defineMethod({
  brief: "Does again what was undone last. Rejects with `nothing_to_redo`",
  version: 1,
  who: "branch",
  params: { ...BRANCH, ...TOUCH },
  result: RollbackReport,
  plain: {
    usage: "redo [branch=B]",
    adds: "`rolled_back_to`",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      noWords("redo", rest);
      return branch;
    },
    reply: (report) => ({ rolled_back_to: report.id, ...report }),
  },
});
