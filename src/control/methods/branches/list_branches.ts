import { defineMethod } from "../../method.ts";
import { noWords } from "../../plain_form.ts";
import { ListBranchesReport } from "../../service/branches.ts";

export const method = defineMethod({
  brief: "All branches, oldest first",
  version: 1,
  who: "outside",
  params: {},
  result: ListBranchesReport,
  plain: {
    usage: "branch.list",
    params(given) {
      noWords("branch.list", given);
      return {};
    },
    reply: ({ branches }) => ({
      branches: branches.map(({ name, number, head }) => ({
        name,
        branch_id: number,
        commit: head.id,
      })),
    }),
  },
});
