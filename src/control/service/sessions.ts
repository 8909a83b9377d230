/**
 * What is said about who works on a branch of their own: programs in a view (docs/run.md), and cgroups (docs/cgroups.md).
 *
 * @module
 */

import {
  always,
  either,
  type Infer,
  list,
  nullable,
  oneOf,
  shape,
  text,
  truth,
  whole,
} from "../schema.ts";

export const RunReport = shape("RunReport", "A run that began.", {
  branch: text("Branch that the caller works on from now on"),
});
export type RunReport = Infer<typeof RunReport>;

export const RunSessionReport = shape("RunSessionReport", "A program that works on a branch.", {
  kind: always("run", "A program in a view"),
  branch: text("Branch it sees"),
  pid: whole("Of the program"),
  command: text("Name of the program"),
});
export type RunSessionReport = Infer<typeof RunSessionReport>;

export const CgroupSessionReport = shape(
  "CgroupSessionReport",
  "A cgroup that sees a branch at the mountpoint.",
  {
    kind: always("cgroup", "A cgroup"),
    branch: text("Branch it sees"),
    id: whole("Number of the session"),
    cgroup: text("Its directory"),
    processes: whole("How many it has, those of the cgroups below it included"),
  },
);
export type CgroupSessionReport = Infer<typeof CgroupSessionReport>;

export const SessionReport = either("SessionReport", "Who works on a branch.", [
  RunSessionReport,
  CgroupSessionReport,
]);
export type SessionReport = Infer<typeof SessionReport>;

export const RoutingReport = shape(
  "RoutingReport",
  "How a mount finds out in which cgroup a caller is.",
  {
    source: oneOf(["bpf", "proc"], "eBPF tells with each request, or /proc is read"),
    why: nullable(text("Why it is not eBPF"), "Null if it is"),
    strict: truth("Who is in no session is refused"),
  },
);
export type RoutingReport = Infer<typeof RoutingReport>;

export const ListSessionsReport = shape("ListSessionsReport", "Who works on which branch.", {
  sessions: list(SessionReport, "Programs in views, then cgroups"),
  routing: nullable(RoutingReport, "Null if the mount is not routed by cgroup"),
});
export type ListSessionsReport = Infer<typeof ListSessionsReport>;
