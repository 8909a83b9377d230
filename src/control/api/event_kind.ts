/**
 * Words that parts of requests and answers are made of, by names of their own.
 *
 * @module
 */

import type { LogEntry, MergeParams, WorkspaceEvent } from "./types.ts";

/** What happened: docs/protocol.md. */
export type EventKind = WorkspaceEvent["kind"];

/** Why there is a checkpoint. */
export type CommitKind = LogEntry["kind"];

/** How conflicts are decided. */
export type MergeStrategy = NonNullable<MergeParams["strategy"]>;
