import { defineMethod } from "../../method.ts";
import { always, either, type Infer, list, nullable, shape, text, whole } from "../../schema.ts";
import { CgroupSessionReport, RoutingReport } from "../../shapes/sessions.ts";

export const RunSessionReport = shape("RunSessionReport", "A program that works on a branch.", {
  kind: always("run", "A program in a view"),
  branch: text("Branch it sees"),
  pid: whole("Of the program"),
  command: text("Name of the program"),
});
export type RunSessionReport = Infer<typeof RunSessionReport>;

export const SessionReport = either("SessionReport", "Who works on a branch.", [
  RunSessionReport,
  CgroupSessionReport,
]);
export type SessionReport = Infer<typeof SessionReport>;

export const ListSessionsReport = shape("ListSessionsReport", "Who works on which branch.", {
  sessions: list(SessionReport, "Programs in views, then cgroups"),
  routing: nullable(RoutingReport, "Null if the mount is not routed by cgroup"),
});
export type ListSessionsReport = Infer<typeof ListSessionsReport>;

export const method = defineMethod({
  brief: "Who works on which branch",
  version: 1,
  who: "outside",
  params: {},
  result: ListSessionsReport,
});
