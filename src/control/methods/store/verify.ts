import { defineMethod } from "../../method.ts";
import { flag, optional } from "../../schema.ts";
import { VerifyReport } from "../../service/store.ts";

export const method = defineMethod({
  brief: "Checks the whole store; nothing else has to wait for it",
  version: 1,
  who: "outside",
  params: { repair: optional(flag("Put right what can be")) },
  result: VerifyReport,
});
