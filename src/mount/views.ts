/**
 * The trees that one mount shows.
 *
 * A view is a tree with numbers of its own: the kernel's node ids carry the view's number in their high bits, so
 * two views never share a node, a page or an attribute in the kernel's caches, and whoever gets a node id back
 * knows whose it is. What a tree calls a node id are the bits below.
 *
 * Inode numbers get the view's inode space in theirs: programs take files with equal (st_dev, st_ino) for one
 * file, and a process may see several views at once. Space 0, of the main branch, leaves the numbers alone. (git
 * keeps only the low 32 bits in its index, which therefore stays valid in every view.)
 *
 * @module
 */

import { dropForgotten, SWEEP_AFTER } from "../tree/drop_forgotten.ts";
import type { Inode } from "../tree/nodes/inode.ts";
import type { RequestId } from "../tree/journal/journal_record.ts";
import type { WorkingTree } from "../tree/working_tree.ts";
import type { RemovalWatch } from "./removal_watch.ts";
import type { ShownChanges } from "./shown_changes.ts";

export interface View {
  readonly number: number;
  readonly tree: WorkingTree;
  /** Name of the branch that it shows; null: it shows a checkpoint. */
  branch: string | null;
  /** False for a checkpoint. */
  readonly writable: boolean;
  readonly inodeSpace: number;
  /** Request that was carried out before this server took over, and may not have been answered. */
  readonly completed: RequestId | null;
  /** While true, requests about it wait. */
  frozen: boolean;
  /**
   * Processes see it, or not, by who they are: the kernel cannot keep its names, nor what it knows of its directories.
   */
  isRouted: boolean;
  /** The kernel may keep something of what it was told of names and directories in it. */
  isKept: boolean;
  /** Sees when very much is being deleted in it, if that is wanted. */
  removals?: RemovalWatch | undefined;
  /** Where nobody can be told of changes: times that are shown for files' own. */
  shownChanges?: ShownChanges | undefined;
}

/** The view at the root of the mount. */
export const MAIN_VIEW = 0;
/** The number of none. */
export const NO_VIEW = -1;
/** Views have 16 bits of a node id, nodes in them 36: together 52, which a double holds exactly. */
export const VIEW_LIMIT = 2 ** 16;
/** Numbers above those of views: of `.agentvfs`, and of directories that several views have. */
export const VIRTUAL_VIEW = VIEW_LIMIT;
export const SHARED_VIEW = VIEW_LIMIT + 1;
export const NODES_PER_VIEW = 2 ** 36;
/** Inode spaces have 11 bits of an inode number; trees number their files below 2^53. */
export const INODE_SPACES = 2 ** 11;

/** A node id as the kernel has it. */
export function wireNode(view: number, nodeId: number): number {
  return view * NODES_PER_VIEW + nodeId;
}

export class ViewTable {
  readonly #views = new Map<number, View>();
  readonly main: View;
  readonly #touched = new Set<View>();
  /** Very much is being deleted in it: what was not recorded is to be recorded before the next request. */
  removing: View | null = null;

  /** `onIdle` is told when the kernel refers to nothing in a checkpoint any more, `onMany` when it should forget some. */
  constructor(
    main: View,
    readonly onIdle: (view: number) => void,
    readonly onMany: (view: number) => void = () => {},
  ) {
    this.main = main;
    this.add(main);
  }

  add(view: View): void {
    this.#views.set(view.number, view);
    view.tree.nodes.onMany = () => this.onMany(view.number);
  }

  get(number: number): View | undefined {
    return number === MAIN_VIEW ? this.main : this.#views.get(number);
  }

  /** The view that shows a branch; undefined: none is open. */
  ofBranch(name: string): View | undefined {
    for (const view of this) if (view.branch === name) return view;
    return undefined;
  }

  /** The kernel may go on using its node ids: they stand for nothing from now on. */
  remove(number: number): View | undefined {
    const view = this.#views.get(number);
    if (view === undefined) return undefined;
    this.#views.delete(number);
    this.#touched.delete(view);
    return view;
  }

  /** The kernel gives references back. */
  forget(number: number, nodeId: number, count: number): void {
    const view = this.get(number);
    if (view === undefined) return;
    const { nodes } = view.tree;
    nodes.forget(nodeId, count);
    if (nodes.forgotten >= SWEEP_AFTER) dropForgotten(view.tree);
    this.#touched.add(view);
    if (!view.writable && nodes.isIdle) this.onIdle(number);
  }

  /** The kernel gets a reference to a node of a view that the request is not about. */
  remember(view: View, inode: Inode): void {
    view.tree.nodes.remember(inode);
    this.#touched.add(view);
  }

  /** Writes the node logs of views whose references changed without a request about them. */
  flushLogs(): void {
    if (this.#touched.size === 0) return;
    for (const { tree } of this.#touched) tree.nodes.flushLog();
    this.#touched.clear();
  }

  /** How many there are of what the views keep. */
  get counts(): Record<string, number> {
    const trees = [...this].map(({ tree }) => tree);
    const sum = (of: (tree: WorkingTree) => number) => trees.reduce((n, tree) => n + of(tree), 0);
    return {
      views: trees.length,
      nodes: sum(({ nodes }) => nodes.size),
      orphans: sum(({ nodes }) => nodes.orphans.size),
      links: sum(({ links }) => links.size),
      segments: sum(({ journal }) => journal.openSegments),
    };
  }

  [Symbol.iterator](): Iterator<View> {
    return this.#views.values();
  }
}
