import { defineMethod } from "../../method.ts";
import { takeBranch, target } from "../../plain_form.ts";
import { ref } from "../../schema.ts";
import { BRANCH, DRY_RUN, GUARD, RollbackReport, TOUCH } from "../../shapes/history.ts";

export const method = defineMethod({
  brief: "Makes the working tree what a checkpoint has; what was not recorded is recorded first",
  version: 1,
  who: "branch",
  params: {
    ref: ref("Checkpoint to go back to"),
    ...BRANCH,
    ...DRY_RUN,
    ...TOUCH,
    ...GUARD,
  },
  result: RollbackReport,
  plain: {
    usage: "rollback TARGET WORDS [branch=B]",
    adds: "`rolled_back_to`",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      return { ref: target(rest), ...branch };
    },
    reply: (report) => ({ rolled_back_to: report.id, ...report }),
  },
});
