/**
 * The names of what is said about who works on a branch of their own: programs in a view (docs/run.md), and cgroups
 * (docs/cgroups.md).
 *
 * @module
 */

export type {
  ListSessionsReport,
  RunSessionReport,
  SessionReport,
} from "../methods/sessions/list_sessions.ts";
export type { RunReport } from "../methods/sessions/register_run.ts";
export type { CgroupSessionReport, RoutingReport } from "../shapes/sessions.ts";
