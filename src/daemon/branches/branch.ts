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

import { monotonicTime } from "../../host/clock.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { NewCommit } from "../../history/history.ts";
import type { OperationKind } from "../../history/commits/operation_log.ts";
import type { MergeInProgress } from "../../history/refs/branch_table.ts";
import { type CommitInfo, sameSnapshot } from "../../history/commits/commit.ts";
import type { InvalidationData } from "../../mount/invalidation_data.ts";
import type { Watches } from "../../mount/watches.ts";
import { SavedTree } from "./saved_tree.ts";
import { failedTo } from "../threads/failed_to.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import type { PendingInvalidation } from "../watchers/pending_invalidation.ts";
import type { BranchWatchers } from "../watchers/watchers.ts";
import type {
  BranchPosition,
  SaveCommit,
  TakenCapture,
  TreeState,
  ViewCommands,
} from "../threads/messages.ts";

/** Safety checkpoints of a rollback that still finds changes, before it freezes the mount to end the race. */
const UNFROZEN_ATTEMPTS = 3;

/** A rollback, or what moves the branch in the same way. */
export interface Moved {
  readonly commit: CommitInfo;
  readonly safety: CommitInfo | null;
  /** What the tree was before. */
  readonly before: Snapshot;
  /** Changes of which who watches is still being told. */
  readonly telling: number;
}

/** How the working tree is made another. */
export interface MoveOptions {
  /** Files that change get the present as their time of modification. */
  readonly touch?: boolean;
}

/** A checkpoint that nobody asked for, of what would be lost. */
export function safetyCommit(message: string): SaveCommit {
  return { label: "", message, kind: "safety", agent: null };
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
  readonly watchers: BranchWatchers;
  readonly invalidation: PendingInvalidation;
  /** Told when the branch's tree was made another one: by a rollback, a merge or the like. */
  readonly onMoved: (branch: string, before: Snapshot, after: Snapshot) => void;
  /** Told when the branch stands on another checkpoint. */
  readonly onAdvanced: (advance: Advance) => void;
}

/** The branch stands on another checkpoint than before, or was brought back to the one it stood on. */
export interface Advance {
  readonly branch: string;
  readonly from: CommitInfo;
  readonly to: CommitInfo;
  /** How its tree was made another one; null: that stayed, and was recorded. */
  readonly moved: OperationKind | null;
  /** The tree has conflicts that are to be settled, before there is a checkpoint of it. */
  readonly isUnsettled: boolean;
  /** When its tree was that, as the monotonic clock has it, ms. */
  readonly at: number;
}

export class Branch {
  #head: CommitInfo;
  readonly #saved: SavedTree;
  /** While the row may point to what the tree does not show: the merge that is in progress. */
  #uncertain: { readonly merge: MergeInProgress | null } | null = null;
  /** Changes of the last move of which they are still being told. */
  #telling = 0;
  /** Who is to be told of what is about to change. */
  #watches: Watches | null = null;

  name: string;
  readonly number: number;
  readonly view: number;
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  readonly flush: () => Promise<unknown>;
  readonly watchers: BranchWatchers;
  readonly invalidation: PendingInvalidation;
  readonly onMoved: BranchParts["onMoved"];
  readonly onAdvanced: BranchParts["onAdvanced"];

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
    this.watchers = parts.watchers;
    this.invalidation = parts.invalidation;
    this.onMoved = parts.onMoved;
    this.onAdvanced = parts.onAdvanced;
    this.#head = position.head;
    const { fs, background, view } = parts;
    this.#saved = new SavedTree({
      ...{ fs, background, view },
      name: () => this.name,
      onCommit: (commit, at) => this.#advance(commit, null, { at }),
    }, position);
  }

  /** Inode number for the next new file, as of the last capture. */
  get nextInode(): number {
    return this.#saved.nextInode;
  }

  /** New files get `next` or more. */
  set nextInode(next: number) {
    this.#saved.nextInode = next;
  }

  /** The working tree as it was saved last. */
  get savedSnapshot(): Snapshot {
    return this.#saved.snapshot;
  }

  /** Where the branch stands once the working tree is what was saved last: what a new row says besides its snapshot. */
  get position(): BranchPosition {
    return this.#saved.position;
  }

  get head(): CommitInfo {
    return this.#head;
  }

  /** True if what was stored last is not what HEAD is. What is not stored yet counts besides. */
  get isAhead(): boolean {
    return !sameSnapshot(this.#saved.snapshot, this.#head.snapshot);
  }

  /** Stores the working tree; with `commit` as a checkpoint, else only so that it can be compared. */
  async save(commit: SaveCommit | null, freeze = false): Promise<CommitInfo | null> {
    // A frozen mount could not answer the writes that a flush waits for.
    if (!freeze) await this.flush();
    await this.#moveBack();
    return await this.#saved.save(commit, freeze);
  }

  /** Makes a checkpoint unless every path is as it is in the head. `commit` is asked for only if one may be made. */
  async saveIfChanged(commit: () => Promise<SaveCommit>): Promise<CommitInfo | null> {
    await this.flush();
    if (!await this.isChanged()) return null;
    const wanted = await commit();
    await this.#moveBack();
    return await this.#saved.save({ ...wanted, onlyIfChanged: true }, false);
  }

  /**
   * The fs thread has captured the tree by itself: the next save stores that first. Whoever is told of it has to see that there
   * is one.
   */
  captured(capture: TakenCapture, commit: SaveCommit): void {
    this.#saved.captured(capture, commit);
  }

  /** Stores what was captured by itself, if anything was. */
  saveCaptured(): Promise<CommitInfo | null> {
    return this.#saved.saveCaptured();
  }

  /** The working tree as a snapshot, stored now. */
  async snapshot(): Promise<Snapshot> {
    await this.save(null);
    return this.#saved.snapshot;
  }

  /** State of its working tree. */
  state(): Promise<TreeState> {
    return this.#call("state", null);
  }

  async isChanged(): Promise<boolean> {
    const { changed } = await this.#call("state", null);
    return this.isAhead || changed || this.#saved.hasTaken;
  }

  /** Makes the working tree what a commit has; `through`: over these, of which each is a step of its own in the log. */
  rollback(
    to: CommitInfo,
    kind: OperationKind,
    { through = [], ...options }: MoveOptions & { readonly through?: readonly ObjectId[] } = {},
  ): Promise<Moved> {
    const why = `${kind} to ${to.label === "" ? to.id.slice(0, 12) : to.label}`;
    return this.#move(kind, why, async () => {
      // What another branch made has numbers that this one does not know of.
      const known = to.branch === this.name ? 0 : await this.background.call("nextInode", null);
      this.#saved.nextInode = Math.max(this.#saved.nextInode, known);
      return await this.#moveTo(to.id, kind, through);
    }, options);
  }

  /** Makes paths (binary strings) of the working tree what they are in a commit. */
  restore(
    paths: string[],
    from: CommitInfo,
    message: string,
    options: MoveOptions = {},
  ): Promise<Moved> {
    return this.#move("restore", message, async () => {
      const { snapshot, nextInode } = await this.background.call("graft", {
        into: this.#saved.snapshot,
        from: from.snapshot,
        paths,
        nextInode: this.#saved.nextInode,
      });
      this.#saved.nextInode = nextInode;
      return await this.background.call("saveSnapshot", {
        ...this.position,
        snapshot,
        commit: {
          label: "",
          message,
          kind: "restore",
          agent: null,
          operation: { kind: "restore", from: this.#head.id },
        },
      });
    }, options);
  }

  /** Makes what was saved last a commit, if it is not. What was changed since stays as it is. */
  async commitSaved(commit: SaveCommit): Promise<CommitInfo> {
    if (!this.isAhead) return this.#head;
    const saved = await this.background.call("save", {
      ...this.#saved.row,
      capture: null,
      commit,
    });
    this.#advance(saved.commit!, null);
    return this.#head;
  }

  /** Makes `snapshot`, a part of what was changed, a commit that the branch stands on. Its working tree stays as it is. */
  async standOn(
    snapshot: Snapshot,
    commit: NewCommit & { readonly parents: readonly ObjectId[] },
  ): Promise<CommitInfo> {
    const { name: branch, nextInode } = this;
    this.#advance(
      await this.background.call("standOn", { branch, snapshot, commit, nextInode }),
      null,
    );
    return this.#head;
  }

  #moveTo(
    commit: ObjectId,
    kind: OperationKind,
    through: readonly ObjectId[] = [],
  ): Promise<CommitInfo> {
    return this.background.call("moveTo", {
      ...this.position,
      commit,
      operation: { kind, from: this.#head.id },
      through,
    });
  }

  /** Moves to what `target` makes durable, after saving what is unsaved. */
  async #move(
    kind: OperationKind,
    why: string,
    target: () => Promise<CommitInfo>,
    options: MoveOptions,
  ): Promise<Moved> {
    const commit = safetyCommit(`before ${why}`);
    let safety: CommitInfo | null = null;
    // They are found out while the rest is prepared.
    const watches = this.#look();
    await this.flush();
    for (let i = 0; i < UNFROZEN_ATTEMPTS && await this.isChanged(); i++) {
      safety = await this.save(commit);
    }
    const before = this.#head;
    await this.whileFrozen(async () => {
      if (this.isAhead) safety = await this.save(commit, true);
      return await this.swap(kind, target);
    }, { ...options, watches });
    return {
      commit: this.#head,
      safety,
      before: (safety ?? before).snapshot,
      telling: this.#telling,
    };
  }

  /**
   * Saves the working tree and runs `job` while requests about the branch wait; then the kernel forgets what `job` made
   * stale, if anything. Flush before: a frozen mount cannot answer the writes that a flush waits for.
   */
  async whileFrozen(
    job: () => Promise<InvalidationData | null>,
    { touch = false, watches = this.#look() }: MoveOptions & {
      readonly watches?: Promise<Watches | null>;
    } = {},
  ): Promise<void> {
    this.#telling = 0;
    this.#watches = await watches;
    const { stale, before } = await this.invalidation.during(async () => {
      const moved = await this.#moveFrozen(job, touch);
      if (moved.stale !== null) await this.background.call("notify", moved.stale);
      return moved;
    });
    if (stale === null) return;
    // What was asked for is done. Files that are lost if the server dies are no reason to say that it is not.
    await this.#keepOrphans().catch(failedTo(`keep the replaced files of ${this.name}`));
    this.onMoved(this.name, before, this.#saved.snapshot);
    await this.watchers.tell(this, stale.changed)
      .then((telling) => this.#telling = telling)
      .catch(failedTo(`tell of changes in ${this.name}`));
  }

  /** `before`: what there was; `stale`: what the kernel knows otherwise now. */
  async #moveFrozen(
    job: () => Promise<InvalidationData | null>,
    touch: boolean,
  ): Promise<{ readonly before: Snapshot; readonly stale: InvalidationData | null }> {
    try {
      await this.save(null, true);
      const before = this.#saved.snapshot;
      const stale = await job();
      if (stale !== null && touch) {
        // What was asked for is done, and stays done.
        const failed = failedTo(`touch what changed in ${this.name}`);
        await this.#touch(before, stale).catch(failed);
      }
      return { before, stale };
    } finally {
      this.#watches = null;
      await this.#call("thaw", null);
    }
  }

  /** Who watches. That it cannot be told is no reason to change nothing. */
  async #look(): Promise<Watches | null> {
    return await this.watchers.look().catch((error) => {
      failedTo(`tell who watches ${this.name}`)(error);
      return null;
    });
  }

  /** Gives the files that differ from `before` a new time. */
  async #touch(before: Snapshot, { attributes }: InvalidationData): Promise<void> {
    const difference = { from: before, to: this.savedSnapshot, patch: false };
    const { changes } = await this.background.call("diff", difference);
    const paths = changes.filter(({ status, details }) =>
      status === "A" || status === "T" || details.includes("content")
    ).map(({ path }) => path);
    attributes.push(...await this.#call("touch", paths));
  }

  /** Of the files that were replaced the kernel forgets those that nobody uses; the others the next server has to know. */
  async #keepOrphans(): Promise<void> {
    const orphans = await this.#call("orphans", null);
    if (orphans.length === 0) return;
    await this.background.call("prune", orphans);
    await this.#call("keepOrphans", null);
  }

  /**
   * Makes the branch row point elsewhere, and shows that: the commit that `move` resolves with, or `shown`, which has
   * conflicts to be settled. If either fails, both are as before. Only while frozen.
   */
  async swap(
    kind: OperationKind,
    move: () => Promise<CommitInfo>,
    shown?: Snapshot,
  ): Promise<InvalidationData> {
    const { merge } = (await this.background.call("branch", this.name))!;
    this.#uncertain = { merge };
    try {
      const commit = await move();
      const snapshot = shown ?? commit.snapshot;
      const stale = await this.#call("retarget", {
        snapshot,
        nextInode: this.#saved.nextInode,
        watches: this.#watches,
      });
      this.#uncertain = null;
      this.#saved.standsOn(snapshot);
      this.#advance(commit, kind, { isUnsettled: shown !== undefined });
      return stale;
    } catch (error) {
      await this.#moveBack().catch(failedTo(`move back ${this.name}`));
      throw error;
    }
  }

  /** Lets tree and row be what was saved last. What failed may have been done all the same. */
  async #moveBack(): Promise<void> {
    if (this.#uncertain === null) return;
    // It would be stored with the row of another state.
    await this.#saved.forgetCaptured();
    const snapshot = this.#saved.snapshot;
    await this.#call("retarget", { snapshot, nextInode: this.#saved.nextInode, watches: null });
    const row = await this.background.call("branch", this.name);
    const isMoved = row?.head !== this.#head.id || !sameSnapshot(row.snapshot, snapshot);
    if (isMoved) {
      const { branch: name, segment, nextInode } = this.position;
      const { merge } = this.#uncertain;
      const head = this.#head.id;
      await this.background.call("moveBack", { name, segment, nextInode, head, snapshot, merge });
    }
    this.#uncertain = null;
  }

  #advance(
    to: CommitInfo,
    moved: OperationKind | null,
    { isUnsettled = false, at = monotonicTime() } = {},
  ): void {
    const from = this.#head;
    this.#head = to;
    this.onAdvanced({ branch: this.name, from, to, moved, isUnsettled, at });
  }

  #call<K extends keyof ViewCommands>(
    command: K,
    value: ViewCommands[K]["in"],
  ): Promise<ViewCommands[K]["out"]> {
    return this.fs.callView(this.view, command, value);
  }
}
