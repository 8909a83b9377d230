import { defineMethod } from "../../method.ts";
import { refusedWords, takeBranch } from "../../plain_form.ts";
import { flag, names, optional, ref } from "../../schema.ts";
import { BRANCH, DiffReport } from "../../service/history.ts";

export const method = defineMethod({
  brief:
    "What differs. Without `from`: HEAD against the working tree; with `from` only: that against the working tree",
  version: 1,
  who: "branch",
  params: {
    from: optional(ref("Checkpoint that is compared")),
    to: optional(ref("Checkpoint it is compared with; default: the working tree")),
    ...BRANCH,
    patch: optional(flag("Unified differences of text files too")),
    paths: optional(
      names("paths", "Only these, and what is in them. Relative to the root of the tree"),
    ),
  },
  result: DiffReport,
  plain: {
    usage: "diff [A [B]] [branch=B]",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      const [from, to, extra] = rest;
      if (extra !== undefined) throw refusedWords("diff takes two targets at most");
      return {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...branch,
      };
    },
  },
});
