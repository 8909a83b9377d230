import { defineMethod } from "../../method.ts";
import { count, name, optional } from "../../schema.ts";
import { CgroupSessionReport } from "../../shapes/sessions.ts";

export const method = defineMethod({
  brief: "A session sees another branch. What its processes have open stays what it is",
  version: 1,
  who: "outside",
  params: {
    branch: name("Branch it sees from now on"),
    cgroup: optional(name("Session by its cgroup")),
    id: optional(count("Session by its number")),
  },
  result: CgroupSessionReport,
});
