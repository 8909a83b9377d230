import { defineMethod } from "../../method.ts";
import { name } from "../../schema.ts";
import { RunReport } from "../../service/sessions.ts";

export const method = defineMethod({
  brief:
    "The calling process, which has a mount namespace of its own, works on a branch from now on: it and its descendants " +
    "can speak for that branch only",
  version: 1,
  who: "outside",
  params: { branch: name("Branch it works on") },
  result: RunReport,
});
