import type { BranchReport } from "../../../control/service/branches.ts";
import { defineTool, READS, RECORDS } from "../tool.ts";
import { lines, named, shortId, shown } from "../words.ts";

export const branchList = defineTool({
  name: "branch_list",
  title: "List branches",
  description: "Lists the branches, with the directory each can be worked in.",
  hints: READS,
  method: "listBranches",
  params: [],
  fields: ["branches"],
  cuts: ["branches"],
  rest: "`agentvfs branch list` lists them all",
  text: ({ branches }) => lines("Branches:", ...branches.map(branchLine)),
});

export const branchCreate = defineTool({
  name: "branch_create",
  title: "Create a branch",
  description:
    "Makes a branch in milliseconds: a working tree of its own, with everything that is in the one it is made from, also ignored " +
    "files and dependencies. Work on it in the directory that `path` says; merge brings it back. Use it for attempts side by side.",
  hints: RECORDS,
  method: "createBranch",
  params: ["name", "from"],
  fields: ["name", "parent", "head", "path"],
  text: ({ name, parent, head, path }) =>
    `Branch ${name}${parent === null ? "" : ` of ${parent}`}, at ${
      named(head)
    }. Its working tree is ${shown(path)}`,
});

export const branchDelete = defineTool({
  name: "branch_delete",
  title: "Delete a branch",
  description:
    "Removes a branch and its working tree. Its checkpoints stay, and what was not recorded becomes one first: branch_create " +
    "with `from` set to the answer's `head` brings it back. Refused while something works in it.",
  hints: RECORDS,
  method: "deleteBranch",
  params: ["name"],
  fields: ["name", "head"],
  text: ({ name, head }) =>
    `Branch ${name} is gone; it was checkpoint ${
      shortId(head)
    } last, from which it can be made again`,
});

function branchLine({ name, parent, ahead, behind, dirty, head, path }: BranchReport): string {
  return [
    `- ${name}`,
    parent === null ? "" : `of ${parent}`,
    `at ${named(head)}`,
    ahead === null ? "" : `${ahead} ahead`,
    behind === null ? "" : `${behind} behind`,
    dirty ? "with changes that are not recorded" : "",
    `in ${shown(path)}`,
  ].filter((part) => part !== "").join(", ");
}
