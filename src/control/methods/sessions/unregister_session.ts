import { defineMethod } from "../../method.ts";
import { count, name, optional } from "../../schema.ts";
import { CgroupSessionReport } from "../../shapes/sessions.ts";

export const method = defineMethod({
  brief:
    "The processes of a session see what those of the cgroup above see. Rejects with `unknown_session`",
  version: 1,
  who: "outside",
  params: {
    cgroup: optional(name("Session by its cgroup")),
    id: optional(count("Session by its number")),
  },
  result: CgroupSessionReport,
});
