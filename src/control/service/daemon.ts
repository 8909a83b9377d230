/**
 * The names of what methods about the daemon itself answer with.
 *
 * @module
 */

export type { SourceReport } from "../methods/daemon/compare_source.ts";
export type { MemoryReport, ThreadMemory } from "../methods/daemon/memory.ts";
export type { AutoReport } from "../methods/daemon/auto.ts";
export type { RestartReport } from "../methods/daemon/restart.ts";
export type { ImportProgress, SkippedPath, StatusReport } from "../methods/daemon/status.ts";
export type { SubscribeReport } from "../methods/daemon/subscribe.ts";
export type { EventKind, WorkspaceEvent } from "../shapes/events.ts";
export type { StopReport } from "../methods/daemon/stop.ts";
export type { TaskReport, TasksReport } from "../methods/daemon/tasks.ts";
