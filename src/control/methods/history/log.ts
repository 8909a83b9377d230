import { defineMethod } from "../../method.ts";
import { takeBranch } from "../../plain_form.ts";
import { count, flag, optional } from "../../schema.ts";
import { BRANCH, LogReport } from "../../service/history.ts";

export const method = defineMethod({
  brief: "Checkpoints, newest first",
  version: 1,
  who: "branch",
  params: {
    ...BRANCH,
    limit: optional(count("Largest number of entries")),
    all: optional(flag("Automatic (safety) checkpoints as well")),
  },
  result: LogReport,
  plain: {
    usage: "log [N] [branch=B]",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      return { ...(rest.length === 0 ? {} : { limit: Number(rest.join(" ")) }), ...branch };
    },
  },
});
