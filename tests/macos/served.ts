/**
 * A tree behind a session that speaks macOS's dialect, without a mount.
 *
 * @module
 */

import { OPCODE_LIMIT } from "../../ffi/fuse_kernel.ts";
import type { Ask } from "../../src/mount/virtual/question.ts";
import { PolicyGate } from "../../src/mount/policy/policy_gate.ts";
import { MAX_WRITE } from "../../src/mount/fuse/request.ts";
import { KeptChanges } from "../../src/mount/macos/kept_changes.ts";
import { KeptOpens } from "../../src/mount/macos/kept_opens.ts";
import { MessageStream } from "../../src/mount/macos/message_stream.ts";
import { ReplyMark } from "../../src/mount/macos/reply_mark.ts";
import { StreamSession } from "../../src/mount/macos/session.ts";
import type { Recorder } from "../../src/mount/recording/recorder.ts";
import { WaitingRequests } from "../../src/mount/macos/waiting_requests.ts";
import { MAIN_VIEW, ViewTable } from "../../src/mount/views.ts";
import { ANY_CALLER } from "../../src/policy/policy.ts";
import type { Flush } from "../../src/tree/journal/group_sync.ts";
import type { RequestId } from "../../src/tree/journal/journal_record.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { noFilters } from "../support/no_filters.ts";
import type { MemoryStream } from "./memory_stream.ts";

export const OWNER = { uid: 501, gid: 20 };

export interface ServeOptions {
  readonly owner?: { uid: number; gid: number };
  readonly storePath?: string;
  /** What the journal's last record says was carried out by a server before. */
  readonly completed?: RequestId | null;
  readonly policy?: PolicyGate;
  readonly recorder?: Recorder | null;
  /** What a server before this one left. */
  readonly left?: Left;
  /** Asked what only the daemon knows. */
  readonly ask?: Ask;
  /** Without it a sync waits for the disk. */
  readonly flush?: Flush;
}

/** What outlives a server: memory, and a folder. */
export interface Left {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly directory: string;
  readonly opens: KeptOpens;
}

/** Of a mount that no server served before. */
export function nothingLeft(directory: string): Left {
  return {
    memory: new Uint8Array(ReplyMark.BYTES),
    directory,
    opens: new KeptOpens(`${directory}/opens`),
  };
}

/** Rules that nobody has made. */
export function noRules(): PolicyGate {
  return new PolicyGate({
    callerOf: () => ANY_CALLER,
    filters: noFilters(),
    onDenied() {},
    onStale() {},
  });
}

export function serveTree(
  tree: WorkingTree,
  stream: MemoryStream,
  {
    owner = OWNER,
    storePath = "/",
    completed = null,
    policy = noRules(),
    recorder = null,
    flush = () => false,
    ask = () => {},
    left = nothingLeft(tree.journal.directory),
  }: ServeOptions = {},
): StreamSession {
  const view = { number: MAIN_VIEW, tree, writable: true, inodeSpace: 0, completed };
  return new StreamSession({
    stream: new MessageStream(stream.session, MAX_WRITE + 8192),
    views: new ViewTable(
      { ...view, branch: "main", frozen: false, isRouted: false, isKept: true },
      () => {},
    ),
    owner,
    storePath,
    ask,
    flush,
    waits: { wait: () => {}, isCommanded: false, isFiltered: false, isFlushed: false },
    onFlushed: () => {},
    onCommand: () => {},
    isResumed: false,
    mark: new ReplyMark(left.memory),
    waiting: new WaitingRequests(left.directory),
    keptChanges: new KeptChanges(`${left.directory}/changes`),
    keptOpens: left.opens,
    counters: new Uint32Array(OPCODE_LIMIT),
    policy,
    recorder,
    onRemoving: () => {},
    wantsOpens: true,
    generation: 0,
  });
}
