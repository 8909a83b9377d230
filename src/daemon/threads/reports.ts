/**
 * Internal records as the plain data of the control protocol.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { BranchReport } from "../../control/service/branches.ts";
import type { CommitDetails } from "../../history/commits/commit_details.ts";
import type { Change, Details, LogEntry } from "../../control/service/history.ts";
import type { ConflictReport, ConflictSide } from "../../control/service/merge.ts";
import type { CommitInfo, CommitKind } from "../../history/commits/commit.ts";
import type { MergeConflict } from "../../history/merge/merge_types.ts";
import type { SnapshotChange } from "../../history/diff/diff.ts";
import {
  type InodeRecord,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFSOCK,
} from "../../store/trees/entry.ts";

const KINDS = new Map([
  [S_IFDIR, "directory"],
  [S_IFLNK, "symlink"],
  [S_IFIFO, "fifo"],
  [S_IFSOCK, "socket"],
  [S_IFBLK, "block device"],
  [S_IFCHR, "character device"],
]);

function kindOf(record: InodeRecord): string {
  return KINDS.get(record.mode & S_IFMT) ?? "file";
}

/** A changed path for people and programs. The root itself is `.`. */
export function changeReport(change: SnapshotChange): Change {
  const { path, before, after, status, details } = change;
  const shown = displayString(path);
  return {
    status,
    path: path === "" ? "." : shown,
    ...(isUtf8(path) ? {} : { pathBytes: btoa(path) }),
    kind: kindOf((after ?? before)!),
    ...(status === "T" ? { oldKind: kindOf(before!) } : {}),
    ...(details.length === 0 ? {} : { details: [...details] }),
  };
}

/** A conflict for people and programs. */
export function conflictReport(conflict: MergeConflict): ConflictReport {
  const { path, kind, base, ours, theirs, oursPath, theirsPath } = conflict;
  return {
    path: displayString(path),
    ...(isUtf8(path) ? {} : { pathBytes: btoa(path) }),
    kind,
    base: conflictSide(base),
    ours: conflictSide(ours),
    theirs: conflictSide(theirs),
    ...(oursPath === undefined ? {} : { oursPath: displayString(oursPath) }),
    ...(theirsPath === undefined ? {} : { theirsPath: displayString(theirsPath) }),
  };
}

function conflictSide(record: InodeRecord | null): ConflictSide | null {
  if (record === null) return null;
  return { kind: kindOf(record), mode: record.mode.toString(8), id: record.content };
}

function isUtf8(binary: string): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true })
      .decode(Uint8Array.from(binary, (c) => c.charCodeAt(0)));
    return true;
  } catch {
    return false;
  }
}

export function reportedKind(kind: CommitKind): LogEntry["kind"] {
  return kind === "refresh" ? "import" : kind;
}

export function logEntry(commit: CommitInfo, head: string | null): LogEntry {
  return {
    id: commit.id,
    label: commit.label === "" ? null : commit.label,
    message: commit.message === "" ? null : commit.message,
    kind: reportedKind(commit.kind),
    time: new Date(commit.time).toISOString(),
    parents: [...commit.parents],
    changed: commit.changed,
    head: commit.id === head,
    agent: commit.agent,
    ...(commit.details === undefined ? {} : { details: detailsReport(commit.details) }),
    ...(commit.compacted ? { compacted: true } : {}),
  };
}

function detailsReport({ alongside, ...details }: CommitDetails): Details {
  return { ...details, ...(alongside === undefined ? {} : { alongside: [...alongside] }) };
}

/** The commit a branch stands on. */
export function headReport({ id, label, time }: CommitInfo): BranchReport["head"] {
  return { id, label: nullIfEmpty(label), time: new Date(time).toISOString() };
}

export function nullIfEmpty(text: string): string | null {
  return text === "" ? null : text;
}

/** Milliseconds since `performance.now()` was `since`, to a hundredth. */
export function elapsed(since: number): number {
  return Math.round((performance.now() - since) * 100) / 100;
}
