/**
 * A branch being worked on: the order of steps by which checkpoints and rollbacks keep the working tree, the
 * store and the kernel's caches in agreement.
 *
 * At any instant the branch row in the store names a snapshot and the first journal segment that is not in
 * it: replaying that segment and those after it over that snapshot gives the working tree. A checkpoint
 * begins a segment with the capture and moves the row when the objects are durable. A rollback freezes the
 * mount, moves the row and then swaps the tree, so there is no instant at which the two disagree about a
 * change that was answered.
 *
 * @module
 */

import { ServiceError } from "../control/service_error.ts";
import type { Snapshot } from "../store/entry.ts";
import type { ObjectId } from "../store/object_id.ts";
import type { MergeInProgress } from "../history/branch_table.ts";
import type { MergeStrategy } from "../history/merge/merge_types.ts";
import type { MergeOutcome, MergeSide } from "../history/merge_branches.ts";
import type { OperationKind } from "../history/operation_log.ts";
import { type CommitInfo, sameSnapshot } from "../history/commit.ts";
import type { InvalidationData } from "../mount/linux/notify.ts";
import type { BackgroundClient } from "./background_client.ts";
import type { FsClient } from "./fs_client.ts";
import { FIRST_OWN_INODE } from "../tree/working_tree.ts";
import type { SaveCommit, TreeState, ViewCommands } from "./messages.ts";

/** Safety checkpoints of a rollback that still finds changes, before it freezes the mount to end the race. */
const UNFROZEN_ATTEMPTS = 3;

export interface Moved {
  readonly commit: CommitInfo;
  readonly safety: CommitInfo | null;
  /** What the tree was before. */
  readonly before: Snapshot;
}

/** What is merged into a branch, and how. */
export interface MergePlan {
  readonly sources: readonly MergeSide[];
  readonly strategy: MergeStrategy;
  readonly paths?: readonly string[];
}

/** A merge into a branch. */
export interface BranchMerge extends MergePlan {
  readonly label: string;
  readonly message: string;
  /** Whether the merge is to be made, now that it is known what it gives. */
  accept(outcome: MergeOutcome): boolean;
  /** Commits of the sources that are in it. */
  parents(outcome: MergeOutcome): Promise<readonly ObjectId[]>;
}

export interface MergedBranch {
  readonly commit: CommitInfo;
  readonly safety: CommitInfo | null;
  readonly outcome: MergeOutcome;
}

/** A checkpoint that nobody asked for, of what would be lost. */
export function safetyCommit(message: string): SaveCommit {
  return { label: "", message, kind: "safety", agent: null };
}

/** Where the merge left marks; none where it is complete. */
function conflictPaths({ sources }: MergeOutcome): string[] {
  const marked = sources.filter(({ merged, conflicts }) => merged && conflicts.length > 0);
  return [...new Set(marked.flatMap(({ conflicts }) => conflicts.map(({ path }) => path)))];
}

export interface BranchParts {
  readonly name: string;
  readonly number: number;
  /** Number of its view in the mount. */
  readonly view: number;
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  /** Brings in what was written through shared mappings. */
  readonly flush: () => Promise<unknown>;
}

export class Branch {
  #head: CommitInfo;
  #snapshot: Snapshot;
  #segment: number;
  #nextInode: number;
  /** The segment that is being written. */
  #journalSegment: number;
  static #captures = 0;

  name: string;
  readonly number: number;
  readonly view: number;
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  readonly flush: () => Promise<unknown>;

  constructor(
    parts: BranchParts,
    position: { head: CommitInfo; snapshot: Snapshot; segment: number; nextInode?: number },
  ) {
    this.name = parts.name;
    this.number = parts.number;
    this.view = parts.view;
    this.fs = parts.fs;
    this.background = parts.background;
    this.flush = parts.flush;
    this.#nextInode = position.nextInode ?? FIRST_OWN_INODE;
    this.#head = position.head;
    this.#snapshot = position.snapshot;
    this.#segment = this.#journalSegment = position.segment;
  }

  /** Inode number for the next new file, as of the last capture. */
  get nextInode(): number {
    return this.#nextInode;
  }

  get head(): CommitInfo {
    return this.#head;
  }

  /** True if what was stored last is not what HEAD is. What is not stored yet counts besides. */
  get isAhead(): boolean {
    return !sameSnapshot(this.#snapshot, this.#head.snapshot);
  }

  /** Stores the working tree; with `commit` as a checkpoint, else only so that it can be compared. */
  async save(commit: SaveCommit | null, freeze = false): Promise<CommitInfo | null> {
    // A frozen mount could not answer the writes that a flush waits for.
    if (!freeze) await this.flush();
    const id = ++Branch.#captures;
    const captured = await this.#call("capture", { id, freeze });
    this.#nextInode = captured.nextInode;
    this.#journalSegment = captured.segment;
    if (!captured.changed && commit === null) return null;
    const segment = captured.changed ? captured.segment : this.#segment;
    let saved;
    try {
      saved = await this.background.call("save", {
        branch: this.name,
        segment,
        nextInode: captured.nextInode,
        capture: captured.changed ? id : null,
        commit,
      });
    } catch (error) {
      if (captured.changed) await this.#call("revert", null);
      throw error;
    }
    const { snapshot, slots } = saved;
    if (captured.changed) await this.#call("settle", { snapshot, slots });
    this.#snapshot = snapshot;
    this.#segment = segment;
    if (saved.commit !== null) this.#head = saved.commit;
    return saved.commit;
  }

  /** The working tree as a snapshot, stored now. */
  async snapshot(): Promise<Snapshot> {
    await this.save(null);
    return this.#snapshot;
  }

  /** State of its working tree. */
  state(): Promise<TreeState> {
    return this.#call("state", null);
  }

  async isChanged(): Promise<boolean> {
    return this.isAhead || (await this.#call("state", null)).changed;
  }

  /** Makes the working tree what a commit has. */
  rollback(to: CommitInfo, kind: OperationKind): Promise<Moved> {
    const why = `${kind} to ${to.label === "" ? to.id.slice(0, 12) : to.label}`;
    return this.#move(why, async () => {
      // What another branch made has numbers that this one does not know of.
      const known = to.branch === this.name ? 0 : await this.background.call("nextInode", null);
      this.#nextInode = Math.max(this.#nextInode, known);
      return await this.#moveTo(to.id, kind);
    });
  }

  /** Makes paths (binary strings) of the working tree what they are in a commit. */
  restore(paths: string[], from: CommitInfo, message: string): Promise<Moved> {
    return this.#move(message, async () => {
      const { snapshot, nextInode } = await this.background.call("graft", {
        into: this.#snapshot,
        from: from.snapshot,
        paths,
        nextInode: this.#nextInode,
      });
      this.#nextInode = nextInode;
      return await this.background.call("saveSnapshot", {
        branch: this.name,
        segment: this.#journalSegment,
        nextInode,
        snapshot,
        commit: {
          label: "",
          message,
          kind: "restore",
          agent: null,
          operation: { kind: "restore", from: this.#head.id },
        },
      });
    });
  }

  /**
   * Merges sources in. Nothing is done, and null is the answer, unless the merge is as `accept` wants it. Work in the branch
   * goes on while it is computed; what was changed meanwhile is merged too.
   */
  async merge(request: BranchMerge): Promise<MergedBranch | null> {
    await this.save(null);
    let outcome = await this.#computeMerge(request);
    if (!request.accept(outcome)) return await this.#refuseMerge();
    const before = `before ${request.message}`;
    let safety: CommitInfo | null = null;
    let invalidation;
    await this.flush();
    try {
      const computedFor = this.#snapshot;
      await this.save(null, true);
      if (!sameSnapshot(computedFor, this.#snapshot)) {
        outcome = await this.#computeMerge(request);
        if (!request.accept(outcome)) return await this.#refuseMerge();
      }
      if (this.isAhead) {
        safety = await this.save(safetyCommit(before), true);
      }
      this.#nextInode = outcome.nextInode;
      const parents = await request.parents(outcome);
      const position = {
        branch: this.name,
        segment: this.#journalSegment,
        nextInode: this.#nextInode,
      };
      const { snapshot } = outcome;
      const { label, message } = request;
      const paths = conflictPaths(outcome);
      if (paths.length > 0) {
        const merge = { parents, label, message, paths };
        await this.background.call("beginMerge", { ...position, snapshot, merge });
        invalidation = await this.#swap(this.#head, snapshot);
      } else {
        const commit = {
          label,
          message,
          kind: "merge",
          agent: null,
          parents: [this.#head.id, ...parents],
          operation: { kind: "merge", from: this.#head.id },
        } as const;
        const saved = await this.background.call("saveSnapshot", { ...position, snapshot, commit });
        invalidation = await this.#swap(saved);
      }
    } finally {
      await this.#call("thaw", null);
    }
    await this.background.call("notify", invalidation);
    return { commit: this.#head, safety, outcome };
  }

  /** The merge that is to be settled, if there is one. */
  async mergeInProgress(): Promise<MergeInProgress | null> {
    return (await this.background.call("branch", this.name))!.merge;
  }

  /** Throws `no_merge`. */
  async checkMergeInProgress(): Promise<MergeInProgress> {
    const merge = await this.mergeInProgress();
    if (merge !== null) return merge;
    throw new ServiceError("no_merge", `No merge is in progress in ${this.name}`);
  }

  /** Makes the working tree the result of the merge in progress. Resolves with paths that are not settled, or the commit. */
  async continueMerge(merge: MergeInProgress): Promise<CommitInfo | string[]> {
    await this.save(null);
    const { paths, parents, label, message } = merge;
    const left = await this.background.call("markedPaths", { snapshot: this.#snapshot, paths });
    if (left.length > 0) return left;
    const head = this.#head.id;
    return (await this.save({
      label,
      message,
      kind: "merge",
      agent: null,
      parents: [head, ...parents],
      operation: { kind: "merge", from: head },
    }))!;
  }

  /** What a merge would give now. */
  async previewMerge(plan: MergePlan): Promise<MergeOutcome> {
    await this.save(null);
    const outcome = await this.#computeMerge(plan);
    await this.background.call("discard", null);
    return outcome;
  }

  async #refuseMerge(): Promise<null> {
    return await this.background.call("discard", null);
  }

  async #computeMerge({ sources, strategy, paths }: MergePlan): Promise<MergeOutcome> {
    return await this.background.call("merge", {
      into: await this.side(),
      sources,
      strategy,
      ...(paths === undefined ? {} : { paths }),
      nextInode: this.#nextInode,
    });
  }

  /** What of it a merge is about: what was saved last. */
  async side(): Promise<MergeSide> {
    const { forks } = (await this.background.call("branch", this.name))!;
    return { label: this.name, commits: [this.#head.id, ...forks], snapshot: this.#snapshot };
  }

  /** Makes what was saved last a commit, if it is not. What was changed since stays as it is. */
  async commitSaved(commit: SaveCommit): Promise<CommitInfo> {
    if (!this.isAhead) return this.#head;
    const saved = await this.background.call("save", {
      branch: this.name,
      segment: this.#segment,
      nextInode: this.#nextInode,
      capture: null,
      commit,
    });
    this.#head = saved.commit!;
    return this.#head;
  }

  #moveTo(commit: ObjectId, kind: OperationKind): Promise<CommitInfo> {
    return this.background.call("moveTo", {
      branch: this.name,
      commit,
      segment: this.#journalSegment,
      nextInode: this.#nextInode,
      operation: { kind, from: this.#head.id },
    });
  }

  /** Moves to what `target` makes durable, with the mount frozen, after saving what is unsaved. */
  async #move(why: string, target: () => Promise<CommitInfo>): Promise<Moved> {
    const commit = safetyCommit(`before ${why}`);
    let safety: CommitInfo | null = null;
    await this.flush();
    for (let i = 0; i < UNFROZEN_ATTEMPTS && await this.isChanged(); i++) {
      safety = await this.save(commit);
    }
    let invalidation;
    const before = this.#head;
    try {
      await this.save(null, true);
      if (this.isAhead) safety = await this.save(commit, true);
      const moved = await target();
      invalidation = await this.#swap(moved);
    } finally {
      await this.#call("thaw", null);
    }
    await this.background.call("notify", invalidation);
    return { commit: this.#head, safety, before: (safety ?? before).snapshot };
  }

  #call<K extends keyof ViewCommands>(
    command: K,
    value: ViewCommands[K]["in"],
  ): Promise<ViewCommands[K]["out"]> {
    return this.fs.callView(this.view, command, value);
  }

  /** Shows `commit`, to which the branch row points already; points it back if that cannot be done. */
  async #swap(commit: CommitInfo, snapshot = commit.snapshot): Promise<InvalidationData> {
    try {
      const invalidation = await this.#call("retarget", { snapshot, nextInode: this.#nextInode });
      this.#head = commit;
      this.#snapshot = snapshot;
      this.#segment = this.#journalSegment;
      return invalidation;
    } catch (error) {
      await this.#moveTo(this.#head.id, "undo");
      throw error;
    }
  }
}
