import { defineMethod } from "../../method.ts";
import { PolicyReport } from "../../shapes/policy.ts";

export const method = defineMethod({
  brief: "There are no rules from now on",
  version: 1,
  who: "outside",
  params: {},
  result: PolicyReport,
});
