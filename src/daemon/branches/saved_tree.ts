/**
 * What of a branch's working tree is stored: it is captured, stored, and then stands on what was stored.
 *
 * A capture begins a journal segment; the branch's row names the snapshot and the first segment that is not in it. A capture
 * that could not be stored is taken back: what was captured counts as changed again.
 *
 * @module
 */

import type { CommitInfo } from "../../history/commits/commit.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { BuiltSlot } from "../../tree/capture/capture.ts";
import { FIRST_OWN_INODE } from "../../tree/working_tree.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import { failedTo } from "../threads/failed_to.ts";
import type {
  BranchPosition,
  SaveCommit,
  TakenCapture,
  ViewCommands,
} from "../threads/messages.ts";

export interface SavedTreeParts {
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  /** Number of its view in the mount. */
  readonly view: number;
  /** Of the branch. */
  name(): string;
  /** What was stored is a commit. `at`: when the tree was that, as the monotonic clock has it, ms. */
  onCommit(commit: CommitInfo, at: number): void;
}

export class SavedTree {
  /** As it was saved last. */
  snapshot: Snapshot;
  /** New files get this number or more, as of the last capture. */
  nextInode: number;
  #segment: number;
  /** The segment that is being written. */
  #journalSegment: number;
  /** The tree may hold a capture that is not settled. */
  #isCaptureOpen = false;
  /** What the fs thread captured by itself, and what it is to be called. */
  #taken: { readonly capture: TakenCapture; readonly commit: SaveCommit } | null = null;
  static #captures = 0;

  constructor(
    readonly parts: SavedTreeParts,
    position: { snapshot: Snapshot; segment: number; nextInode?: number },
  ) {
    this.snapshot = position.snapshot;
    this.nextInode = position.nextInode ?? FIRST_OWN_INODE;
    this.#segment = this.#journalSegment = position.segment;
  }

  /** Where the branch stands once the working tree is what was saved last: what a new row says besides its snapshot. */
  get position(): BranchPosition {
    return {
      branch: this.parts.name(),
      segment: this.#journalSegment,
      nextInode: this.nextInode,
    };
  }

  /** Where it stands now, as its row says. */
  get row(): BranchPosition {
    return { ...this.position, segment: this.#segment };
  }

  /** Something was captured that is not stored yet. */
  get hasTaken(): boolean {
    return this.#taken !== null;
  }

  /** The working tree was made another one, which its row says. */
  standsOn(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.#segment = this.#journalSegment;
  }

  /** Stores the working tree; with `commit` as a checkpoint. */
  async save(commit: SaveCommit | null, freeze: boolean): Promise<CommitInfo | null> {
    await this.#takeBack();
    return await this.#store(await this.#capture(freeze), commit);
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
    return await this.#store({ ...capture, changed: true }, commit, true);
  }

  /** What was captured by itself is not stored: it counts as changed. */
  async forgetCaptured(): Promise<void> {
    if (this.#taken === null) return;
    this.#taken = null;
    await this.#call("revert", null);
  }

  async #capture(freeze: boolean): Promise<TakenCapture & { changed: boolean }> {
    while (true) {
      // What was captured before is stored before, or the tree would not be what was stored last.
      await this.saveCaptured();
      const id = ++SavedTree.#captures;
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

  /** `isBefore`: it is what was there before something that the journal tells of already. */
  async #store(
    captured: TakenCapture & { changed: boolean },
    commit: SaveCommit | null,
    isBefore = false,
  ): Promise<CommitInfo | null> {
    const { id } = captured;
    this.nextInode = captured.nextInode;
    this.#journalSegment = captured.segment;
    if (!captured.changed && commit === null) return null;
    const segment = captured.changed ? captured.segment : this.#segment;
    let saved;
    try {
      saved = await this.parts.background.call("save", {
        branch: this.parts.name(),
        segment,
        nextInode: captured.nextInode,
        capture: captured.changed ? id : null,
        commit,
        isBefore,
      });
    } catch (error) {
      await this.#takeBack().catch(failedTo(`take back a capture of ${this.parts.name()}`));
      throw error;
    }
    const { snapshot, slots } = saved;
    // It is durable, whatever becomes of the tree's part.
    this.snapshot = snapshot;
    this.#segment = segment;
    if (saved.commit !== null) this.parts.onCommit(saved.commit, captured.at);
    if (captured.changed) await this.#settle(snapshot, slots);
    return saved.commit;
  }

  /** Lets the tree stand on what was stored. If it cannot, what was captured counts as changed again. */
  async #settle(snapshot: Snapshot, slots: readonly BuiltSlot[]): Promise<void> {
    try {
      await this.#call("settle", { snapshot, slots });
      this.#isCaptureOpen = false;
    } catch (error) {
      await this.#takeBack().catch(failedTo(`take back a capture of ${this.parts.name()}`));
      throw error;
    }
  }

  /** Makes the tree as if what was captured and not settled had not been. */
  async #takeBack(): Promise<void> {
    if (!this.#isCaptureOpen) return;
    await this.#call("revert", null);
    this.#isCaptureOpen = false;
  }

  #call<K extends keyof ViewCommands>(
    command: K,
    value: ViewCommands[K]["in"],
  ): Promise<ViewCommands[K]["out"]> {
    return this.parts.fs.callView(this.parts.view, command, value);
  }
}
