import { defineMethod } from "../../method.ts";
import { suffix, takeBranch, target } from "../../plain_form.ts";
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
    usage: "rollback TARGET WORDS [touch=true] [branch=B]",
    adds: "`rolled_back_to`",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      const touch = suffix("touch", rest) === "true";
      const words = touch ? rest.slice(0, -1) : rest;
      return { ref: target(words), ...(touch ? { touch } : {}), ...branch };
    },
    reply: (report) => ({ rolled_back_to: report.id, ...report }),
  },
});
