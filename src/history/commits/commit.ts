/**
 * The commit object: a snapshot with its parents and what is known of how it came about.
 *
 * It is stored as canonical JSON (keys in the order below, no white space, UTF-8), so the same commit has
 * the same bytes and the same id everywhere.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import { type ObjectId, parseObjectId } from "../../store/format/object_id.ts";
import { HistoryError } from "./history_error.ts";
import { recordOf } from "../snapshots/record.ts";
import { canonicalDetails, type CommitDetails } from "./commit_details.ts";

/**
 * - `import`: the source directory as it was taken over
 * - `checkpoint`: asked for
 * - `safety`: made by itself before something that discards the working tree
 * - `restore`: the state after paths were restored
 * - `merge`, `refresh`: the result of joining another branch, or the project's changes
 * - `revert`: the state after one change was taken out of it
 * - `project`: no state of a branch, but the project's as it was seen, or what it and a branch have in common
 * - `apply`: what the project became when a branch was applied to it, or when that was taken back
 */
export type CommitKind =
  | "import"
  | "checkpoint"
  | "safety"
  | "restore"
  | "merge"
  | "refresh"
  | "revert"
  | "project"
  | "apply";

/** Paths that differ from the first parent (from nothing where there is none). */
export interface ChangeCounts {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

export function totalChanges({ added, modified, deleted }: ChangeCounts): number {
  return added + modified + deleted;
}

export interface Commit {
  readonly snapshot: Snapshot;
  readonly parents: readonly ObjectId[];
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly label: string;
  readonly message: string;
  readonly kind: CommitKind;
  /** Branch it was made on. */
  readonly branch: string;
  /** Who made it, where that is known. */
  readonly agent: string | null;
  readonly changed: ChangeCounts;
  /** What of an agent's work it is, where that is known. */
  readonly details?: CommitDetails;
}

export interface CommitInfo extends Commit {
  readonly id: ObjectId;
  /** By which people name it; absent where its line is lost. */
  readonly number?: number;
  /** What it recorded was given up: only this description is left. */
  readonly compacted?: true;
}

const COMMIT_VERSION = 1;

export function encodeCommit(commit: Commit): Uint8Array<ArrayBuffer> {
  const { snapshot, parents, time, label, message, kind, branch, agent, changed, details } = commit;
  const { added, modified, deleted } = changed;
  const canonical = {
    version: COMMIT_VERSION,
    snapshot: canonicalSnapshot(snapshot),
    parents,
    time,
    label,
    message,
    kind,
    branch,
    agent,
    changed: { added, modified, deleted },
    ...(details === undefined ? {} : { details: canonicalDetails(details) }),
  };
  return new TextEncoder().encode(JSON.stringify(canonical));
}

/** Throws {@linkcode HistoryError} `corrupt_commit` if the bytes are no commit that this version reads. */
export function decodeCommit(id: ObjectId, bytes: Uint8Array): CommitInfo {
  try {
    const { version, ...commit } = JSON.parse(new TextDecoder().decode(bytes));
    if (version !== COMMIT_VERSION) throw new Error(`its version is ${version}`);
    return { id, ...commit };
  } catch (cause) {
    throw new HistoryError(
      "corrupt_commit",
      `Cannot read commit ${id}: ${cause instanceof Error ? cause.message : cause}`,
      { subject: id, cause },
    );
  }
}

export function encodeSnapshot(snapshot: Snapshot): string {
  return JSON.stringify(canonicalSnapshot(snapshot));
}

export function decodeSnapshot(text: string): Snapshot {
  return JSON.parse(text);
}

/** A parsed id column. The database only holds what was an id. */
export function storedId(text: string): ObjectId {
  const id = parseObjectId(text);
  if (id === null) {
    throw new HistoryError("corrupt_commit", `The index holds ${text} as a commit id`);
  }
  return id;
}

/** True if they are the same, whatever order their fields are in. */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return encodeSnapshot(a) === encodeSnapshot(b);
}

function canonicalSnapshot({ root, links }: Snapshot): Snapshot {
  return { root: recordOf(root), links };
}
