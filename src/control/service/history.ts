/**
 * The names of what is said about checkpoints of a branch, and about going back to them.
 *
 * @module
 */

export type { DiffReport } from "../methods/history/diff.ts";
export type { LogMove, LogReport, WorkNote } from "../methods/history/log.ts";
export type { ExportPlace } from "../methods/history/prepare_export.ts";
export type { TakenBack, Undone, UndoReport } from "../methods/history/undo.ts";
export type { EventCounts, ShownCheckpoint, ShowReport } from "../methods/history/show.ts";
export type {
  Change,
  ChangeCounts,
  CheckpointReport,
  CommitKind,
  Details,
  Head,
  LargeChange,
  LogEntry,
  RollbackReport,
} from "../shapes/history.ts";
