/**
 * What several methods say about who works on a branch of their own: programs in a
 * view (docs/run.md), and cgroups (docs/cgroups.md).
 *
 * @module
 */

import { always, type Infer, nullable, oneOf, shape, text, truth, whole } from "../schema.ts";

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
