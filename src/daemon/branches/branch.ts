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
import type { BackgroundClient } from "../background/background_client.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import type { BranchWatchers } from "../watchers/watchers.ts";
import type { BuiltSlot } from "../../tree/capture/capture.ts";
import { FIRST_OWN_INODE } from "../../tree/working_tree.ts";
import type { SaveCommit, TakenCapture, TreeState, ViewCommands } from "../threads/messages.ts";

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

export interface BranchPosition {
  readonly branch: string;
  /** The first journal segment that is not in the snapshot. */
  readonly segment: number;
  readonly nextInode: number;
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
  #snapshot: Snapshot;
  #segment: number;
  #nextInode: number;
  /** The segment that is being written. */
  #journalSegment: number;
  /** The tree may hold a capture that is not settled. */
  #isCaptureOpen = false;
  /** What the fs thread captured by itself, and what it is to be called. */
  #taken: { readonly capture: TakenCapture; readonly commit: SaveCommit } | null = null;
  /** While the row may point to what the tree does not show: the merge that is in progress. */
  #uncertain: { readonly merge: MergeInProgress | null } | null = null;
  /** Changes of the last move of which they are still being told. */
  #telling = 0;
  /** Who is to be told of what is about to change. */
  #watches: Watches | null = null;
  static #captures = 0;

  name: string;
  readonly number: number;
  readonly view: number;
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  readonly flush: () => Promise<unknown>;
  readonly watchers: BranchWatchers;
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
    this.onMoved = parts.onMoved;
    this.onAdvanced = parts.onAdvanced;
    this.#nextInode = position.nextInode ?? FIRST_OWN_INODE;
    this.#head = position.head;
    this.#snapshot = position.snapshot;
    this.#segment = this.#journalSegment = position.segment;
  }

  /** Inode number for the next new file, as of the last capture. */
  get nextInode(): number {
    return this.#nextInode;
  }

  /** New files get `next` or more. */
  set nextInode(next: number) {
    this.#nextInode = next;
  }

  /** The working tree as it was saved last. */
  get savedSnapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Where the branch stands once the working tree is what was saved last: what a new row says besides its snapshot. */
  get position(): BranchPosition {
    return { branch: this.name, segment: this.#journalSegment, nextInode: this.#nextInode };
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
    return await this.#save(commit, freeze);
  }

  /** Makes a checkpoint unless every path is as it is in the head. `commit` is asked for only if one may be made. */
  async saveIfChanged(commit: () => Promise<SaveCommit>): Promise<CommitInfo | null> {
    await this.flush();
    if (!await this.isChanged()) return null;
    return await this.#save({ ...await commit(), onlyIfChanged: true }, false);
  }

  /**
   * The fs thread has captured the tree by itself: the next save stores that first. Whoever is told of it has to see that there
   * is one.
   */
  captured(capture: TakenCapture, commit: SaveCommit): void {
    this.#taken = { capture, commit: { ...commit, onlyIfChanged: true } };
  }

  /** Stores what was captured by itself, if anything was. */
  async saveCaptured(): Promise<CommitInfo | null> {
    if (this.#taken === null) return null;
    const { capture, commit } = this.#taken;
    this.#taken = null;
    this.#isCaptureOpen = true;
    return await this.#store({ ...capture, changed: true }, commit);
  }

  async #save(commit: SaveCommit | null, freeze: boolean): Promise<CommitInfo | null> {
    await this.#moveBack();
    await this.#takeBack();
    return await this.#store(await this.#capture(freeze), commit);
  }

  async #capture(freeze: boolean): Promise<TakenCapture & { changed: boolean }> {
    while (true) {
      // What was captured before is stored before, or the tree would not be what was stored last.
      await this.saveCaptured();
      const id = ++Branch.#captures;
      this.#isCaptureOpen = true;
      try {
        const captured = await this.#call("capture", { id, freeze });
        this.#isCaptureOpen = captured.changed;
        return { id, ...captured };
      } catch (error) {
        // The fs thread was quicker.
        if (this.#taken === null) throw error;
      }
    }
  }

  async #store(
    captured: TakenCapture & { changed: boolean },
    commit: SaveCommit | null,
  ): Promise<CommitInfo | null> {
    const { id } = captured;
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
      await this.#attempt("take back a capture of", () => this.#takeBack());
      throw error;
    }
    const { snapshot, slots } = saved;
    // It is durable, whatever becomes of the tree's part.
    this.#snapshot = snapshot;
    this.#segment = segment;
    if (saved.commit !== null) this.#advance(saved.commit, null, { at: captured.at });
    if (captured.changed) await this.#settle(snapshot, slots);
    return saved.commit;
  }

  /** Lets the tree stand on what was stored. If it cannot, what was captured counts as changed again. */
  async #settle(snapshot: Snapshot, slots: readonly BuiltSlot[]): Promise<void> {
    try {
      await this.#call("settle", { snapshot, slots });
      this.#isCaptureOpen = false;
    } catch (error) {
      await this.#attempt("take back a capture of", () => this.#takeBack());
      throw error;
    }
  }

  /** Does what must not change how a command ends: because it follows an error, which is the one to be told, or success. */
  async #attempt(what: string, job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      console.error(`Cannot ${what} ${this.name}: ${(error as Error).message}`);
    }
  }

  /** Makes the tree as if what was captured and not settled had not been. */
  async #takeBack(): Promise<void> {
    if (!this.#isCaptureOpen) return;
    await this.#call("revert", null);
    this.#isCaptureOpen = false;
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
    const { changed } = await this.#call("state", null);
    return this.isAhead || changed || this.#taken !== null;
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
      this.#nextInode = Math.max(this.#nextInode, known);
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
        into: this.#snapshot,
        from: from.snapshot,
        paths,
        nextInode: this.#nextInode,
      });
      this.#nextInode = nextInode;
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
      branch: this.name,
      segment: this.#segment,
      nextInode: this.#nextInode,
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
    let stale: InvalidationData | null;
    this.#telling = 0;
    this.#watches = await watches;
    let before: Snapshot;
    try {
      await this.save(null, true);
      before = this.#snapshot;
      stale = await job();
      if (stale !== null && touch) await this.#touch(before, stale);
    } finally {
      this.#watches = null;
      await this.#call("thaw", null);
    }
    if (stale === null) return;
    await this.background.call("notify", stale);
    // What was asked for is done. Files that are lost if the server dies are no reason to say that it is not.
    await this.#attempt("keep the replaced files of", () => this.#keepOrphans());
    this.onMoved(this.name, before, this.#snapshot);
    await this.#attempt("tell of changes in", async () => {
      this.#telling = await this.watchers.tell(this, stale.changed);
    });
  }

  /** Who watches. That it cannot be told is no reason to change nothing. */
  async #look(): Promise<Watches | null> {
    let watches: Watches | null = null;
    await this.#attempt("tell who watches", async () => {
      watches = await this.watchers.look();
    });
    return watches;
  }

  /** Gives the files that differ from `before` a new time. What was asked for is done, and stays done if that fails. */
  async #touch(before: Snapshot, { attributes }: InvalidationData): Promise<void> {
    await this.#attempt("touch what changed in", async () => {
      const difference = { from: before, to: this.#snapshot, patch: false };
      const { changes } = await this.background.call("diff", difference);
      const paths = changes.filter(({ status, details }) =>
        status === "A" || status === "T" || details.includes("content")
      ).map(({ path }) => path);
      attributes.push(...await this.#call("touch", paths));
    });
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
        nextInode: this.#nextInode,
        watches: this.#watches,
      });
      this.#uncertain = null;
      this.#snapshot = snapshot;
      this.#segment = this.#journalSegment;
      this.#advance(commit, kind, { isUnsettled: shown !== undefined });
      return stale;
    } catch (error) {
      await this.#attempt("move back", () => this.#moveBack());
      throw error;
    }
  }

  /** Lets tree and row be what was saved last. What failed may have been done all the same. */
  async #moveBack(): Promise<void> {
    if (this.#uncertain === null) return;
    if (this.#taken !== null) {
      // It would be stored with the row of another state.
      this.#taken = null;
      await this.#call("revert", null);
    }
    const snapshot = this.#snapshot;
    await this.#call("retarget", { snapshot, nextInode: this.#nextInode, watches: null });
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
