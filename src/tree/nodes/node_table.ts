/**
 * The inodes the kernel refers to, by node id, and how many references it holds.
 *
 * @module
 */

import { type Inode, ROOT_NODE_ID } from "./inode.ts";
import type { NodeLog } from "./node_log.ts";

/** So many nodes are many: each costs about 760 bytes, and the kernel keeps what it has as long as it has memory. */
const MANY_NODES = 100_000;
/** Nodes that come on top before it is said again that they are many. */
const MORE_NODES = 20_000;

export class NodeTable {
  readonly #known = new Map<number, Inode>();
  /** Inodes without a name that the kernel refers to. */
  orphans = new Set<Inode>();
  /** Inodes that were orphans and have a name again, since the last capture. */
  relinked = new Set<Inode>();
  /** References that went to zero since the tree was swept. */
  forgotten = 0;
  /** Called when there are so many nodes that the kernel should be asked to forget some. */
  onMany: (() => void) | null = null;
  #saidMany = MANY_NODES;
  /** Where the next server finds out what node ids stand for. */
  log: NodeLog | null = null;
  /** The next node id to be given out. The root is the first inode made. */
  next = ROOT_NODE_ID;

  get size(): number {
    return this.#known.size;
  }

  /** All that the kernel refers to. */
  ids(): IterableIterator<number> {
    return this.#known.keys();
  }

  /** The inode the kernel means by a node id. */
  get(nodeId: number): Inode | undefined {
    return this.#known.get(nodeId);
  }

  /** From now on `log` is told of every reference. It learns of those that there are already, the tree's own to its root. */
  keepIn(log: NodeLog): void {
    this.log = log;
    for (const inode of this.#known.values()) log.bind(inode);
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
    if (this.#known.size < this.#saidMany) return;
    this.#saidMany = this.#known.size + MORE_NODES;
    this.onMany?.();
  }

  /**
   * Node ids that the kernel may forget, if nobody uses them: the older half of too many, what was found in a
   * directory before the directory. Empty if there are not too many.
   */
  oldest(): Float64Array<ArrayBuffer> {
    const { size } = this.#known;
    this.#saidMany = Math.max(MANY_NODES, size + MORE_NODES);
    if (size < MANY_NODES) return new Float64Array();
    const count = size - MANY_NODES / 2;
    const ids = new Float64Array(count);
    let at = count;
    for (const id of this.#known.keys()) {
      if (at === 0) break;
      ids[--at] = id;
    }
    return ids;
  }

  /** Gives back references. An unlinked inode that nobody refers to is gone after this. */
  forget(nodeId: number, count: number): void {
    const inode = this.#known.get(nodeId);
    if (inode === undefined) return;
    inode.lookups = Math.max(nodeId === ROOT_NODE_ID ? 1 : 0, inode.lookups - count);
    this.log?.count(inode);
    if (inode.lookups > 0) return;
    // A directory that nobody has open is not being listed: the log need not keep its cookies.
    if (inode.directory !== null) inode.directory.told = 0;
    this.#known.delete(nodeId);
    this.orphans.delete(inode);
    this.forgotten++;
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

  /** Writes the log for the last time: a server that opens the tree again finds what the kernel had then. */
  closeLog(): void {
    this.flushLog();
    this.log?.close();
    this.log = null;
  }
}
