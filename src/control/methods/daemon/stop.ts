import { defineMethod } from "../../method.ts";
import { noWords } from "../../plain_form.ts";
import {
  always,
  flag,
  group,
  type Infer,
  list,
  optional,
  shape,
  text,
  whole,
} from "../../schema.ts";

export const StopReport = shape("StopReport", "The daemon ends.", {
  stopped: always(true, "The mount is gone from this mount namespace"),
  namespaces: list(
    group({ pid: whole("A process in it"), command: text("Its name") }, "A mount namespace"),
    "Other mount namespaces that have the mount: there it now answers with errors",
  ),
});
export type StopReport = Infer<typeof StopReport>;

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
