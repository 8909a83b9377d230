import { defineMethod } from "../../method.ts";
import { type Infer, name, shape, text } from "../../schema.ts";

export const RunReport = shape("RunReport", "A run that began.", {
  branch: text("Branch that the caller works on from now on"),
});
export type RunReport = Infer<typeof RunReport>;

export const method = defineMethod({
  brief:
    "The calling process, which has a mount namespace of its own, works on a branch from now on: it and its descendants " +
    "can speak for that branch only",
  version: 1,
  who: "outside",
  params: { branch: name("Branch it works on") },
  result: RunReport,
});
