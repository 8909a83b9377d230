/**
 * The inodes the kernel refers to, by node id, and how many references it holds.
 *
 * @module
 */

import type { Inode } from "./inode.ts";
import type { NodeLog } from "./node_log.ts";

export const ROOT_NODE_ID = 1;

export class NodeTable {
  readonly #known = new Map<number, Inode>();
  /** Inodes without a name that the kernel refers to. */
  readonly orphans = new Set<Inode>();
  /** Inodes that were orphans and have a name again, since the last capture. */
  readonly relinked = new Set<Inode>();
  /** Where the next server finds out what node ids stand for. */
  log: NodeLog | null = null;
  /** The next node id to be given out. The root is the first inode made. */
  next = ROOT_NODE_ID;

  get size(): number {
    return this.#known.size;
  }

  /** The inode the kernel means by a node id. */
  get(nodeId: number): Inode | undefined {
    return this.#known.get(nodeId);
  }

  /** The tree itself refers to its root. */
  addRoot(root: Inode): void {
    root.lookups = 1;
    this.#known.set(root.nodeId, root);
  }

  /** The kernel refers to nothing: not even to the root, which of a mount it always does. */
  get isIdle(): boolean {
    return this.#known.size === 1 && this.#known.get(ROOT_NODE_ID)!.lookups === 1;
  }

  /** Counts references the kernel got. */
  remember(inode: Inode, count = 1): void {
    const isKnown = inode.lookups > 0;
    inode.lookups += count;
    if (isKnown) {
      this.log?.count(inode);
      return;
    }
    this.#known.set(inode.nodeId, inode);
    this.log?.bind(inode);
    if (inode.parent === null && inode.nodeId !== ROOT_NODE_ID) this.orphans.add(inode);
  }

  /** Gives back references. An unlinked inode that nobody refers to is gone after this. */
  forget(nodeId: number, count: number): void {
    const inode = this.#known.get(nodeId);
    if (inode === undefined) return;
    inode.lookups = Math.max(nodeId === ROOT_NODE_ID ? 1 : 0, inode.lookups - count);
    this.log?.count(inode);
    if (inode.lookups > 0) return;
    this.#known.delete(nodeId);
    this.orphans.delete(inode);
  }

  /** The name by which an inode is found has changed, or it has none any more. */
  renamed(inode: Inode): void {
    // A directory that is loaded may lead to what the kernel refers to.
    const leads = inode.directory !== null && inode.directory.entries !== null;
    if (inode.lookups > 0 || leads) this.log?.bind(inode);
    if (inode.lookups === 0) return;
    if (inode.parent === null) this.orphans.add(inode);
    else if (this.orphans.delete(inode)) this.relinked.add(inode);
  }

  /** Writes the log. Called before each answer: it may tell the kernel a new id. */
  flushLog(): void {
    this.log?.flush(this.#known);
  }
}
