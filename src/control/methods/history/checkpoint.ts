import { defineMethod } from "../../method.ts";
import { refusedWords, takeBranch } from "../../plain_form.ts";
import { optional, words } from "../../schema.ts";
import { BRANCH, CheckpointReport } from "../../shapes/history.ts";

export const method = defineMethod({
  brief: "Records the working tree, also if nothing changed",
  version: 1,
  who: "branch",
  params: {
    label: optional(words("A short name, by which it can be referred to")),
    message: optional(words("Longer description")),
    ...BRANCH,
    agent: optional(words("Who makes it, as the caller names itself")),
  },
  result: CheckpointReport,
  plain: {
    usage: "checkpoint LABEL WORDS [branch=B]",
    adds: "`commit`",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      if (rest.some((word) => word.startsWith("branch="))) {
        throw refusedWords("ambiguous 'branch=' token in label");
      }
      return { ...(rest.length === 0 ? {} : { label: rest.join(" ") }), ...branch };
    },
    reply: (report) => ({ commit: report.id, ...report }),
  },
});
