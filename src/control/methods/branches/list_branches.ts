import { defineMethod } from "../../method.ts";
import { exactly, noWords } from "../../plain_form.ts";
import { type Infer, list, shape } from "../../schema.ts";
import { BranchReport } from "../../shapes/branches.ts";

export const ListBranchesReport = shape("ListBranchesReport", "All branches.", {
  branches: list(BranchReport, "Oldest first"),
});
export type ListBranchesReport = Infer<typeof ListBranchesReport>;

export const method = defineMethod({
  brief: "All branches, oldest first",
  version: 1,
  who: "family",
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
  words: {
    usage: "branch list",
    params: (given) => exactly(0, "branch list", given) && {},
  },
});
