import { defineMethod } from "../../method.ts";
import { count, name, optional } from "../../schema.ts";
import { CgroupSessionReport } from "../../shapes/sessions.ts";

export const method = defineMethod({
  brief:
    "From now on the processes of a cgroup, and of those below it that are not registered themselves, see a branch at the " +
    "mountpoint. Rejects with `not_routed`, `no_cgroup`, `session_exists`, `unknown_branch`",
  version: 1,
  who: "outside",
  params: {
    cgroup: name("Directory of the cgroup, or its path below the root of the hierarchy"),
    branch: name("Branch it sees"),
    id: optional(count("Number of the session; default: the number it has, or the next")),
  },
  result: CgroupSessionReport,
});
