import { defineMethod } from "../../method.ts";
import { names, words } from "../../schema.ts";
import { PolicyReport } from "../../shapes/policy.ts";

export const method = defineMethod({
  brief:
    "These are the rules from now on, instead of those before. They are kept with the workspace. Rejects with " +
    "`policy_syntax`, `policy_rule`, `policy_too_large`",
  version: 1,
  who: "outside",
  params: {
    text: words("The rules, as a policy's file has them"),
    from: names("names", "Where they come from, for people"),
  },
  result: PolicyReport,
});
