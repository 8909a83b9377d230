import { defineMethod } from "../../method.ts";
import { ListSessionsReport } from "../../service/sessions.ts";

export const method = defineMethod({
  brief: "Who works on which branch",
  version: 1,
  who: "outside",
  params: {},
  result: ListSessionsReport,
});
