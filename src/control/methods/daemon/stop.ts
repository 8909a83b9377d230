import { defineMethod } from "../../method.ts";
import { noWords } from "../../plain_form.ts";
import { flag, optional } from "../../schema.ts";
import { StopReport } from "../../service/daemon.ts";

export const method = defineMethod({
  brief: "Unmounts and ends. Rejects with `mount_busy` while the mount is in use",
  version: 1,
  who: "outside",
  params: { force: optional(flag("Stop although files are open in the mount")) },
  result: StopReport,
  plain: {
    usage: "stop",
    params(given) {
      noWords("stop", given);
      return {};
    },
  },
});
