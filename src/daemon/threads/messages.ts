/**
 * What the server's threads say to each other. Plain data.
 *
 * @module
 */

import type { ThreadMemory } from "../../control/service/daemon.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import type { NewCommit } from "../../history/history.ts";
import type { OperationKind } from "../../history/commits/operation_log.ts";
import type { CgroupSession } from "../../mount/linux/cgroup_callers.ts";
import type { Connection } from "../../mount/fuse/init.ts";
import type { Missed } from "../../mount/linux/routing.ts";
import type { ViewUser } from "../../mount/view_user.ts";
import type { InvalidationData } from "../../mount/invalidation_data.ts";
import type { KnownBranch } from "../../mount/known_branch.ts";
import type { Reenacted } from "../../tree/changed_names.ts";
import type { Difference } from "../../tree/differing_names.ts";
import type { Witnessed } from "../../mount/recording/change_witness.ts";
import type { Watches } from "../../mount/watches.ts";
import type { ProcessId } from "../../host/processes.ts";
import type { ProgramFile } from "../../mount/policy/program_paths.ts";
import type { Answer, Question } from "../../mount/virtual/question.ts";
import type { OpenCall } from "../../telemetry/call_times.ts";
import type { Level } from "../../telemetry/level.ts";
import type { Ring } from "../../telemetry/ring.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Reference } from "../../store/objects/references.ts";
import type { BuiltSlot } from "../../tree/capture/capture.ts";
import type { UnreadableObject } from "../../tree/nodes/damage_report.ts";
import type { AnswerWatchShare } from "../../mount/windows/answer_watch.ts";
import type { FilterHandle } from "../../filters/filter_handle.ts";
import type { Denial } from "../../policy/denial.ts";
import type { Mailbox } from "./mailbox.ts";

/** An error, so that it survives being posted. */
export interface PostedError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly candidates?: readonly string[];
}

/** First message to the fs thread. */
export interface FsStart {
  readonly fuseFd: number;
  readonly mailbox: Mailbox;
  readonly counters: SharedArrayBuffer;
  readonly source: string;
  readonly store: string;
  /** The main branch's first, then those that another server had open. */
  readonly views: readonly ViewStart[];
  /** Where a server that is replaced leaves what who has `ctl` open needs of the next one. */
  readonly handOver: string;
  readonly branches: readonly KnownBranch[];
  /** Null: everybody sees the main view at the mountpoint. */
  readonly routing: RoutingStart | null;
  /** True if another server served this mount before. */
  readonly resume: boolean;
  /** How many there were. */
  readonly servers: number;
  /** See {@linkcode SessionOptions.generation}. */
  readonly generation: number;
  /** The rules, in force before anything is answered; null: there are none. */
  readonly policy: PolicyText | null;
  /** Filters that rules ask are told nothing of programs' arguments. */
  readonly redactsArguments: boolean;
  /** Where everybody sees the mount. */
  readonly mountpoint: string;
  /** Readable when a filter has answered somebody who waits. */
  readonly filtersFd: number;
  /** Where the thread cannot wait for that and for requests at once: what another one waits with; else null. */
  readonly answers: AnswerWatchShare | null;
  /** The kernel is to ask for the opening of files, if the mount is made now. */
  readonly wantsOpens: boolean;
  /** See {@linkcode DaemonConfig.keepAwake}. */
  readonly keepAwake: boolean;
  /** Shared with the thread that carries changes out once more; and those of such threads whose servers are gone. */
  readonly reenactor: SharedArrayBuffer;
  readonly pastReenactors: readonly ProcessId[];
  /** What is recorded, and where; null: nothing is. */
  readonly telemetry: { readonly level: Level; readonly ring: Ring } | null;
  /** Captures go to the background thread through it. */
  readonly captures: MessagePort;
}

/** Rules as a policy's file has them, which can be parsed. */
export interface PolicyText {
  readonly version: number;
  readonly text: string;
}

/** How requests at the shared mountpoint are routed by cgroup. */
export interface RoutingStart {
  /** Where the hierarchy of cgroups is mounted. */
  readonly root: string;
  readonly strict: boolean;
  readonly sessions: readonly CgroupSession[];
  /** Where it is kept what shared directories' node ids stand for. */
  readonly log: string;
}

/** How callers' cgroups are found out. */
export interface RoutingState {
  readonly source: "bpf" | "proc";
  /** Why not by eBPF; null if it is. */
  readonly why: string | null;
  readonly strict: boolean;
}

/** A view to be opened. */
export interface ViewStart {
  readonly number: number;
  /** Name of its branch; null for a checkpoint. */
  readonly branch: string | null;
  /** False for a checkpoint. */
  readonly writable: boolean;
  readonly inodeSpace: number;
  /** Where its journal is, or would be, and its node log. */
  readonly directory: string;
  /** Null while the source is not imported. */
  readonly snapshot: Snapshot | null;
  /** First journal segment that is not in `snapshot`. */
  readonly segment: number;
  readonly nextInode: number;
}

/** State of a working tree. */
export interface TreeState {
  readonly changed: boolean;
  /** Changed names and linked inodes since the snapshot. */
  readonly changes: number;
  readonly nodes: number;
  /** Of the journal segment being written. */
  readonly journalBytes: number;
  readonly journalRecords: number;
  /** The disk is full: see {@linkcode Journal.isSpaceSpent}. */
  readonly isSpaceSpent: boolean;
  readonly connection: Connection | null;
  /** What of the store could not be read. */
  readonly unreadable: { readonly count: number; readonly first: readonly UnreadableObject[] };
}

/** A capture that the fs thread took by itself, and that is to be stored. */
export interface TakenCapture {
  /** Below 0: those that were asked for have numbers above. */
  readonly id: number;
  readonly segment: number;
  readonly nextInode: number;
  /** When it was, as the monotonic clock has it, ms. */
  readonly at: number;
}

/** Commands to the fs thread about one view: name → parameter and result. */
export interface ViewCommands {
  state: { in: null; out: TreeState };
  /**
   * Takes a capture and posts it to the background thread under this number; nothing is posted if nothing
   * changed; `at` is when that was, as the monotonic clock has it. With `freeze`, a new journal segment begins in any case and no request about the view is answered until `thaw`.
   */
  capture: {
    in: { id: number; freeze: boolean };
    out: { changed: boolean; segment: number; nextInode: number; at: number };
  };
  /** Sees from now on who changes what, or does no more. */
  witness: { in: boolean; out: null };
  /** What was seen since. */
  witnessed: { in: null; out: Witnessed };
  /** Captures by itself when so many names are deleted soon after each other; null: not. */
  watchRemovals: { in: number | null; out: null };
  settle: { in: { snapshot: Snapshot; slots: readonly BuiltSlot[] }; out: null };
  /** Takes back what was captured and not settled, if anything was. */
  revert: { in: null; out: null };
  /** `watches`: who is to be told of it; null: nobody. */
  retarget: {
    in: { snapshot: Snapshot; nextInode: number; watches: Watches | null };
    out: InvalidationData;
  };
  /** Who sees the view saw another tree before, which differs so: results in what they are to be told. */
  differ: { in: readonly Difference[]; out: Reenacted };
  /** Gives files a new time; results in those that the kernel knows. */
  touch: { in: readonly string[]; out: readonly number[] };
  thaw: { in: null; out: null };
  /** Nodes without a name that the kernel refers to. */
  orphans: { in: null; out: Float64Array };
  /** Makes what is left of those known to the next server. */
  keepOrphans: { in: null; out: null };
  adopt: { in: Snapshot; out: InvalidationData };
  /** Nodes that the kernel may be asked to forget. */
  oldest: { in: null; out: Float64Array };
  /**
   * The kernel's references stand for nothing from now on. With `onlyIdle`, not if there are any. Results in what the
   * kernel must forget, or null if it was not closed.
   */
  close: { in: { onlyIdle: boolean }; out: InvalidationData | null };
}

/** Commands to the fs thread about the whole mount. */
export interface FsCommands {
  /** Results in how many records its journal had. */
  openView: { in: ViewStart; out: { replayed: number; tornBytes: number } };
  /**
   * There are these branches now. Results in what the kernel must forget; `gone`: branches whose names are no more;
   * `renamed`: one that has another name now, and its view.
   */
  setBranches: {
    in: {
      branches: readonly KnownBranch[];
      gone: string[];
      renamed?: { view: number; name: string };
    };
    out: InvalidationData;
  };
  /** Who has something open, in one view or anywhere; null where no request tells that. */
  users: { in: number | null; out: readonly ViewUser[] | null };
  /** Has the kernel look up again what it may have dropped since. `isLast`: this is not asked once more. */
  revisit: { in: { missed: Missed; isLast: boolean }; out: null };
  /** A mount that was taken over begins to answer. */
  resume: { in: null; out: null };
  /** These are the sessions now. Results in node ids that the kernel must forget everything about. */
  route: { in: readonly CgroupSession[]; out: Float64Array };
  answer: { in: { ticket: number; answer: Answer }; out: null };
  /** These are the rules now. Results in what the kernel must forget the contents of: it may not be read any more. */
  policy: { in: PolicyText | null; out: Float64Array };
  /** Rules may ask these filters from now on. */
  filters: { in: readonly FilterHandle[]; out: null };
  /** These calls of agents are under way in a branch from now on. */
  calls: { in: { branch: string; calls: readonly OpenCall[] }; out: null };
  /** Where the paths of programs lead to that rules have. */
  programs: { in: readonly (readonly [path: string, file: ProgramFile | null])[]; out: null };
  denials: { in: null; out: { count: number; last: readonly Denial[] } };
  /** Answers what the kernel has sent already; results in the number of write-backs since the mount began. */
  drain: { in: null; out: number };
  /** Ends the thread as if the file system were unmounted, and leaves {@linkcode FsStart.handOver}. */
  end: { in: null; out: null };
  /** Objects that the open trees need, whatever their branches' snapshots reach. */
  references: { in: null; out: Reference[] };
  memory: { in: { collect: boolean }; out: ThreadMemory };
  /** Nothing is carried out once more any longer. */
  reenacted: { in: null; out: null };
  /** These packs are gone: what was in them is elsewhere. */
  forgetPacks: { in: number[]; out: null };
  /** Makes the journals durable. */
}

export type FsRequest =
  | {
    [K in keyof FsCommands]: { readonly command: K; readonly value: FsCommands[K]["in"] };
  }[keyof FsCommands]
  | {
    [K in keyof ViewCommands]: {
      readonly view: number;
      readonly command: K;
      readonly value: ViewCommands[K]["in"];
    };
  }[keyof ViewCommands];

/** From the fs thread. */
export type FsMessage =
  | {
    readonly type: "ready";
    readonly replayed: number;
    readonly tornBytes: number;
    readonly nodeIds: Float64Array;
    readonly lost: number;
    readonly routing: RoutingState | null;
  }
  | { readonly type: "part" }
  | { readonly type: "done"; readonly value: unknown }
  | { readonly type: "failed"; readonly error: PostedError }
  | { readonly type: "ask"; readonly ticket: number; readonly question: Question }
  /** A program looks up the names of this directory of the mount one by one. */
  | { readonly type: "list"; readonly path: string }
  /** The kernel is to look up this path of the mount, a binary string. */
  | { readonly type: "revisit"; readonly path: string }
  /** Somebody was told that this is no directory, where others have one: {@linkcode FsCommands.revisit}. */
  | { readonly type: "missed"; readonly missed: Missed }
  /** The kernel keeps pages of this node that were not taken over. */
  | { readonly type: "stale"; readonly node: number }
  /** The kernel refers to nothing in this view of a checkpoint any more. */
  | { readonly type: "idle"; readonly view: number }
  /** There are so many nodes that the kernel should be asked to forget some. */
  | { readonly type: "many"; readonly view: number }
  /** Very much is being deleted there; what was not recorded before was captured. */
  | ({ readonly type: "captured"; readonly view: number } & TakenCapture)
  | { readonly type: "unmounted" }
  /** The thread cannot go on. */
  | { readonly type: "crashed"; readonly error: PostedError };

export interface BackgroundStart {
  readonly source: string;
  readonly mount: string;
  readonly store: string;
  readonly fuseFd: number;
  readonly captures: MessagePort;
}

export interface BranchPosition {
  readonly branch: string;
  readonly segment: number;
  readonly nextInode: number;
}

/** Commit that a build ends with; absent: only the branch's snapshot moves. */
export interface SaveCommit extends NewCommit {
  readonly operation?: { readonly kind: OperationKind; readonly from: ObjectId };
  /** Not made if no path differs from the branch's head. */
  readonly onlyIfChanged?: true;
}

export type { CommitInfo };
