import { defineMethod } from "../../method.ts";
import { PolicyReport } from "../../shapes/policy.ts";

export const method = defineMethod({
  brief: "The rules there are",
  version: 1,
  who: "outside",
  params: {},
  result: PolicyReport,
});
