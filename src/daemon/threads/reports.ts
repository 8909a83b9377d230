/**
 * Internal records as the plain data of the control protocol.
 *
 * @module
 */

import { Buffer, isUtf8 as isBufferUtf8 } from "node:buffer";
import { displayString } from "../../../ffi/binary_string.ts";
import type { BranchReport } from "../../control/service/branches.ts";
import type { CommitDetails } from "../../history/commits/commit_details.ts";
import type {
  Change,
  CheckpointReport,
  Details,
  LogEntry,
  LogMove,
} from "../../control/service/history.ts";
import type { ConflictReport, ConflictSide, ReviewItem } from "../../control/service/merge.ts";
import type { CommitInfo, CommitKind } from "../../history/commits/commit.ts";
import type { MovedTo } from "../../history/undos.ts";
import type { ReviewItem as Reviewed } from "../../history/review/review_items.ts";
import type { MergeConflict } from "../../history/merge/merge_types.ts";
import type { DetailedChange } from "../../history/diff/detailed_diff.ts";
import type { Rename } from "../../history/diff/find_renames.ts";
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
export function changeReport(change: DetailedChange): Change {
  const { path, before, after, status, details, rename, lines } = change;
  const shown = displayString(path);
  return {
    status,
    path: path === "" ? "." : shown,
    ...(isUtf8(path) ? {} : { pathBytes: btoa(path) }),
    kind: kindOf((after ?? before)!),
    ...(status === "T" ? { oldKind: kindOf(before!) } : {}),
    ...(details.length === 0 ? {} : { details: [...details] }),
    ...(rename === undefined ? {} : renameReport(rename)),
    ...(lines === undefined ? {} : {
      lines: lines === null ? null : { ...lines },
      oldSize: bytesOf(rename?.from.before ?? before),
      size: bytesOf(after),
    }),
  };
}

/** A directory has none of its own. */
function bytesOf(record: InodeRecord | null): number {
  return record === null || (record.mode & S_IFMT) === S_IFDIR ? 0 : record.size;
}

/** Something that can be taken, for people and programs. */
export function reviewItemReport({ change, paths, hunks, isDivisible }: Reviewed): ReviewItem {
  const { before, after } = change;
  return {
    change: { ...changeReport(change), oldSize: bytesOf(before), size: bytesOf(after) },
    paths: paths.length,
    hunks: hunks?.map((hunk) => ({ ...hunk, lines: [...hunk.lines] })) ?? null,
    divisible: isDivisible,
    ...(before === null ? {} : { oldMode: before.mode.toString(8) }),
    ...(after === null ? {} : { mode: after.mode.toString(8) }),
  };
}

function renameReport({ from: { path }, similarity }: Rename) {
  return {
    oldPath: displayString(path),
    ...(isUtf8(path) ? {} : { oldPathBytes: btoa(path) }),
    similarity,
  };
}

/** A patch for people and programs. */
export function patchReport(patch: string): { patch: string; patchBytes?: string } {
  const bytes = Buffer.from(patch, "latin1");
  const text = bytes.toString("utf8");
  return isBufferUtf8(bytes) ? { patch: text } : { patch: text, patchBytes: btoa(patch) };
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
  return isBufferUtf8(Buffer.from(binary, "latin1"));
}

export function reportedKind(kind: CommitKind): LogEntry["kind"] {
  // The project as it was seen is listed nowhere.
  return kind === "project" ? "import" : kind;
}

export function logEntry(commit: CommitInfo, head: string | null): LogEntry {
  return {
    id: commit.id,
    number: commit.number ?? null,
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

/** For people and programs. */
export function detailsReport({ alongside, ...details }: CommitDetails): Details {
  return { ...details, ...(alongside === undefined ? {} : { alongside: [...alongside] }) };
}

/** A commit that was made just now, by what began at `started` (`performance.now()`). */
export function checkpointReport(
  branch: string,
  { id, number, label, changed }: CommitInfo,
  started: number,
): CheckpointReport {
  return {
    id,
    number: number ?? null,
    label: nullIfEmpty(label),
    branch,
    changed,
    ms: elapsed(started),
  };
}

export function logMove(move: MovedTo): LogMove {
  const { number, isNumbered, kind, time, from, to, target } = move;
  return {
    number: isNumbered ? number : null,
    kind: kind as LogMove["kind"],
    time: new Date(time).toISOString(),
    from,
    to,
    toNumber: target?.number ?? null,
    toLabel: nullIfEmpty(target?.label ?? ""),
  };
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
