import { defineMethod } from "../../method.ts";
import { flag, optional } from "../../schema.ts";
import { ApplyReport } from "./apply.ts";

export const method = defineMethod({
  brief: "Takes back what an apply that was interrupted had done",
  version: 1,
  who: "outside",
  params: { dryRun: optional(flag("Only tell that there is one")) },
  result: ApplyReport,
});
