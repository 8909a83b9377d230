import { defineMethod } from "../../method.ts";
import { takeBranch, target } from "../../plain_form.ts";
import { ref } from "../../schema.ts";
import { BRANCH, ShowReport } from "../../service/history.ts";

export const method = defineMethod({
  brief: "A checkpoint, and what it changed",
  version: 1,
  who: "branch",
  params: { ref: ref("Checkpoint that is meant"), ...BRANCH },
  result: ShowReport,
  plain: {
    usage: "show TARGET [branch=B]",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      return { ref: target(rest), ...branch };
    },
  },
});
