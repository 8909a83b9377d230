/**
 * The branches of a mount: opened when first needed, made, renamed and deleted.
 *
 * @module
 */

import { join } from "node:path";
import { ServiceError } from "../../control/service_error.ts";
import type { BranchState } from "../../history/refs/branch_table.ts";
import { BRANCH_LIMIT } from "../../history/refs/branch_table.ts";
import { type CommitInfo, sameSnapshot } from "../../history/commits/commit.ts";
import { VIRTUAL_NAME } from "../../mount/virtual/virtual_nodes.ts";
import { INODE_SPACES, MAIN_VIEW } from "../../mount/views.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { journalPath } from "../../store/files/store_paths.ts";
import { EMPTY_SEGMENT_BYTES, listSegments, segmentName } from "../../tree/journal/journal.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import { Branch, type BranchParts } from "./branch.ts";
import { descendantsOf } from "../../control/descendants.ts";
import { checkBranchName } from "./branch_name.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import type { MountUser } from "../../host/mount_users.ts";
import type { ViewStart } from "../threads/messages.ts";
import { usersOf, usersTold } from "./users_of.ts";
import { serviceError } from "../threads/service_errors.ts";
import type { OpenView, ViewRegistry } from "./view_registry.ts";

/** The branch that the mount shows. */
export const MAIN = "main";

export interface BranchesParts {
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  readonly registry: ViewRegistry;
  /** Directory of the store. */
  readonly store: string;
  /** Mountpoint. */
  readonly mount: string;
  /** Brings in what was written through shared mappings. */
  readonly flush: () => Promise<unknown>;
  readonly watchers: BranchParts["watchers"];
  readonly invalidation: BranchParts["invalidation"];
  readonly onMoved: BranchParts["onMoved"];
  readonly onAdvanced: BranchParts["onAdvanced"];
  /** Told of each branch that can be worked in from now on. */
  readonly onOpen: (branch: Branch) => Promise<void>;
}

export class Branches {
  /** By name; of those being opened, too. */
  readonly #open = new Map<string, Promise<Branch>>();
  /** Views of checkpoints by commit; null of one that was closed meanwhile. */
  readonly #checkpoints = new Map<ObjectId, Promise<number | null>>();
  /** What each of them shows. */
  readonly #commits = new Map<number, ObjectId>();
  readonly #byView = new Map<number, Branch>();
  readonly #byNumber = new Map<number, string>();
  /** Of each branch there is, by name, the one that it was made from. */
  #parents = new Map<string, string | null>();
  #main: Branch | null = null;

  constructor(readonly parts: BranchesParts) {}

  /** The main branch, once it has a first commit. */
  get main(): Branch | null {
    return this.#main;
  }

  /** What is kept of them in memory. */
  get counts(): Record<string, number> {
    return { openBranches: this.#open.size, openCheckpoints: this.#checkpoints.size };
  }

  /** Brings in what was written through shared mappings. */
  async flush(): Promise<void> {
    await this.parts.flush();
  }

  /** Those whose views are open. */
  async open(): Promise<Branch[]> {
    const settled = await Promise.allSettled(this.#open.values());
    return settled.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
  }

  /**
   * False once it is being deleted. Whoever found it in a list asks this right before a request about its view: the
   * view is closed after requests that came before.
   */
  has(branch: Branch): boolean {
    return this.#byView.get(branch.view) === branch;
  }

  /** The main branch has a first commit. `views`: what a server before this one had open. */
  async begin(
    main: { head: CommitInfo; snapshot: Snapshot; segment: number },
    views: readonly OpenView[],
  ): Promise<void> {
    const { background } = this.parts;
    this.#main = this.#make(MAIN, 0, MAIN_VIEW, main);
    this.#open.set(MAIN, Promise.resolve(this.#main));
    await this.parts.onOpen(this.#main);
    const states = await background.call("branches", null);
    for (const { number, name } of states) this.#byNumber.set(number, name);
    for (const { view, branch, commit } of views) {
      if (commit !== undefined) {
        this.#checkpoints.set(commit, Promise.resolve(view));
        this.#commits.set(view, commit);
        // The server before this one may not have got to it.
        await this.closeIdle(view);
      }
      const state = states.find(({ number }) => number === branch);
      if (state === undefined) continue;
      const head = await background.call("commitInfo", state.head!);
      const made = this.#make(state.name, state.number, view, { ...state, head });
      this.#open.set(state.name, Promise.resolve(made));
      await this.parts.onOpen(made);
    }
    this.#parents = new Map(states.map(({ name, parent }) => [name, parent]));
    await this.#announce();
  }

  /** The open branch that a view shows. */
  nameOfView(view: number): string | null {
    return this.#byView.get(view)?.name ?? null;
  }

  /** The open branch that a view shows; null for that of a checkpoint. */
  ofView(view: number): Branch | null {
    return this.#byView.get(view) ?? null;
  }

  /** Of a branch, also of one that nobody has opened; null if it was deleted. */
  nameOfNumber(number: number): string | null {
    return this.#byNumber.get(number) ?? null;
  }

  /** Throws `unknown_branch`. */
  get(name: string): Promise<Branch> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opened = this.#openView(name);
    this.#open.set(name, opened);
    opened.catch(() => this.#open.delete(name));
    return opened;
  }

  /** The view of a commit, opened if it is not. */
  async checkpoint(commit: CommitInfo): Promise<number> {
    const { id } = commit;
    let known;
    while ((known = this.#checkpoints.get(id)) !== undefined) {
      const view = await known;
      if (view !== null) return view;
    }
    return await this.#keepCheckpoint(id, this.#openCheckpoint(commit));
  }

  /** The kernel referred to nothing in the view of a checkpoint. Closes it if that is still so; it may be told twice. */
  async closeIdle(view: number): Promise<void> {
    const commit = this.#commits.get(view);
    if (commit === undefined) return;
    this.#commits.delete(view);
    await this.#keepCheckpoint(commit, this.#closeCheckpoint(view, commit));
  }

  #keepCheckpoint<V extends number | null>(commit: ObjectId, view: Promise<V>): Promise<V> {
    this.#checkpoints.set(commit, view);
    view.catch(() => this.#checkpoints.delete(commit));
    return view;
  }

  /** Resolves with the view if it has to stay. */
  async #closeCheckpoint(view: number, commit: ObjectId): Promise<number | null> {
    const { fs, registry } = this.parts;
    if (await fs.callView(view, "close", { onlyIdle: true }) === null) {
      this.#commits.set(view, commit);
      return view;
    }
    this.#checkpoints.delete(commit);
    registry.remove(view);
    return null;
  }

  /** Processes that have their directory, program or a file in the view of a branch; of `mayStand` the directory does not count. */
  async users(branch: Branch, mayStand: ReadonlySet<number>): Promise<MountUser[]> {
    const path = join(this.parts.mount, VIRTUAL_NAME, "branches", branch.name);
    return await usersOf(this.parts.fs, { path, view: branch.view }, mayStand);
  }

  /** Who would go on in a branch under a name that is no more, where the system knows files by their names. */
  async boundToName(branch: Branch): Promise<MountUser[]> {
    return await usersTold(this.parts.fs, branch.view) ?? [];
  }

  /** Names of the branches that were made from one, and from those. */
  async descendants(name: string): Promise<string[]> {
    return descendantsOf(name, await this.parts.background.call("branches", null));
  }

  /** True if the branch's working tree differs from its head. One that nobody has opened is not opened for it. */
  async isDirty(state: BranchState, head: CommitInfo): Promise<boolean> {
    const opened = await this.#open.get(state.name);
    if (opened !== undefined) return this.has(opened) && await opened.isChanged();
    if (!sameSnapshot(state.snapshot, head.snapshot)) return true;
    const directory = journalPath(this.parts.store, state.number);
    if (!hasRecords(directory, state.segment)) return false;
    return await (await this.get(state.name)).isChanged();
  }

  /**
   * Makes a branch that stands at `from`: that branch's working tree, uncommitted changes and all. `child`: whose child it is;
   * null: of the one it is made from, or of main.
   */
  async create(
    name: string,
    from: Branch | CommitInfo,
    child: Branch | null = null,
  ): Promise<BranchState> {
    checkBranchName(name, this.#names);
    const { background } = this.parts;
    const parent = child ?? (from instanceof Branch ? from : this.#main!);
    // What another branch made has numbers that the parent does not know of.
    const known = from === parent ? 0 : await background.call("nextInode", null);
    const saved = from instanceof Branch ? await from.snapshot() : from.snapshot;
    const state = await background.call("createBranch", {
      name,
      parent: parent.name,
      head: from instanceof Branch ? from.head.id : from.id,
      snapshot: saved,
      nextInode: Math.max(parent.nextInode, known),
    });
    this.#byNumber.set(state.number, name);
    this.#parents.set(name, parent.name);
    await this.#announce();
    return state;
  }

  /** Its commits stay. Whoever still looks at it finds everything stale. */
  async delete(branch: Branch): Promise<void> {
    const { fs, background, registry, store } = this.parts;
    const { name, number, view } = branch;
    await background.call("deleteBranch", name);
    this.#open.delete(name);
    this.#byView.delete(view);
    this.#byNumber.delete(number);
    await this.parts.invalidation.during(async () => {
      const forgotten = await fs.callView(view, "close", { onlyIdle: false });
      if (forgotten !== null) await background.call("notify", forgotten);
      registry.remove(view);
      this.#parents.delete(name);
      await this.#announce([name]);
    });
    await Deno.remove(journalPath(store, number), { recursive: true });
  }

  async rename(branch: Branch, to: string): Promise<void> {
    const { name } = branch;
    checkBranchName(to, this.#names.filter((other) => other !== name));
    await this.parts.background.call("renameBranch", { from: name, to });
    branch.name = to;
    this.#byNumber.set(branch.number, to);
    this.#open.delete(name);
    this.#open.set(to, Promise.resolve(branch));
    const renamed = (known: string) => known === name ? to : known;
    this.#parents = new Map(
      [...this.#parents].map(([known, parent]) => [renamed(known), parent && renamed(parent)]),
    );
    await this.#announce([name], { view: branch.view, name: to });
  }

  get #names(): string[] {
    return [...this.#parents.keys()];
  }

  #make(
    name: string,
    number: number,
    view: number,
    position: { head: CommitInfo; snapshot: Snapshot; segment: number; nextInode?: number },
  ): Branch {
    const branch = new Branch({ ...this.parts, name, number, view }, position);
    this.#byView.set(view, branch);
    return branch;
  }

  async #openView(name: string): Promise<Branch> {
    const { fs, background, registry, store } = this.parts;
    const state = await background.call("branch", name);
    if (state === null || state.head === null) throw unknownBranch(name, this.#names);
    const head = await background.call("commitInfo", state.head);
    const view = registry.add({ branch: state.number });
    try {
      await fs.call("openView", branchView(view, state, store));
    } catch (error) {
      registry.remove(view);
      throw serviceError(error);
    }
    const branch = this.#make(name, state.number, view, { ...state, head });
    await this.parts.onOpen(branch);
    return branch;
  }

  async #openCheckpoint({ id, snapshot }: CommitInfo): Promise<number> {
    const { fs, registry } = this.parts;
    const view = registry.add({ commit: id });
    try {
      await fs.call("openView", checkpointView(view, snapshot, registry));
    } catch (error) {
      registry.remove(view);
      throw serviceError(error);
    }
    this.#commits.set(view, id);
    return view;
  }

  /** Tells the mount which branches there are, and the kernel that they are others than it knows. */
  async #announce(gone: string[] = [], renamed?: { view: number; name: string }): Promise<void> {
    const { fs, background, invalidation } = this.parts;
    const branches = [...this.#parents].map(([name, parent]) => ({ name, parent }));
    const told = { branches, gone, ...(renamed === undefined ? {} : { renamed }) };
    await invalidation.during(async () =>
      await background.call("notify", await fs.call("setBranches", told))
    );
  }
}

/** How the view of a branch is opened. Without a snapshot it shows the project. */
export function branchView(
  view: number,
  state:
    & Pick<BranchState, "number" | "name" | "segment" | "nextInode">
    & Pick<ViewStart, "snapshot">,
  store: string,
): ViewStart {
  const { number, name, snapshot, segment, nextInode } = state;
  const directory = journalPath(store, number);
  return {
    number: view,
    branch: name,
    writable: true,
    inodeSpace: number,
    directory,
    snapshot,
    segment,
    nextInode,
  };
}

/** How the view of a checkpoint is opened. Spaces above those of branches are enough to tell many apart. */
export function checkpointView(
  view: number,
  snapshot: Snapshot,
  registry: ViewRegistry,
): ViewStart {
  return {
    number: view,
    branch: null,
    writable: false,
    inodeSpace: BRANCH_LIMIT + view % (INODE_SPACES - BRANCH_LIMIT),
    directory: registry.stateDirectory(view),
    snapshot,
    segment: 1,
    nextInode: 0,
  };
}

/** True if the journal has more from `segment` on than the beginnings of segments. */
function hasRecords(directory: string, segment: number): boolean {
  try {
    return listSegments(directory).filter((number) => number >= segment).some((number) =>
      Deno.statSync(`${directory}/${segmentName(number)}`).size > EMPTY_SEGMENT_BYTES
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function unknownBranch(name: string, names: readonly string[]): ServiceError {
  return new ServiceError("unknown_branch", `There is no branch ${name}`, {
    hint: names.length === 0
      ? "agentvfs branch list tells which there are"
      : `There are: ${names.slice(0, 20).join(", ")}`,
  });
}
