import { defineMethod } from "../../method.ts";
import { exactly, jsonBody, suffix } from "../../plain_form.ts";
import { flag, name, optional } from "../../schema.ts";
import { BranchReport } from "../../shapes/branches.ts";

export const method = defineMethod({
  brief: "Makes a branch. It starts with everything that is in the working tree it is made from",
  version: 1,
  who: "family",
  params: {
    name: name("1 to 64 of `A-Z a-z 0-9 . _ / -`"),
    from: optional(
      name("Branch, whose working tree it starts with, or a checkpoint; default: main"),
    ),
    parent: optional(
      name("Branch whose child it is; default: the one it is made from, main for a checkpoint"),
    ),
    temporary: optional(flag("It goes when the process that asks for it has ended")),
  },
  result: BranchReport,
  plain: {
    usage: 'branch.create {"name":…,"from":…}',
    adds: "`branch_id`",
    params: jsonBody,
    reply: (report) => ({ branch_id: report.number, ...report }),
  },
  words: {
    usage: "branch create NAME [from=REF]",
    params(given) {
      const from = suffix("from", given);
      const [name] = exactly(
        1,
        "branch create NAME [from=REF]",
        from === undefined ? given : given.slice(0, -1),
      );
      return { name, ...(from === undefined ? {} : { from }) };
    },
  },
});
