/**
 * What a node id stands for that the kernel has forgotten: it is asked about by who has a file handle
 * (open_by_handle_at(2), a client of NFS).
 *
 * The node log tells where the node was last, until it is written anew. Nobody waits for this often: the log is read from its
 * beginning, once for each directory on the way that is forgotten too, and nothing is kept in memory for it.
 *
 * @module
 */

import type { Inode } from "./nodes/inode.ts";
import { Kind, type LoggedNode, NodeRecords } from "./nodes/node_records.ts";
import type { WorkingTree } from "./working_tree.ts";

/** The inode, which has that node id again; null if there is none, or the kernel knows it by another id now. */
export function recallNode(tree: WorkingTree, id: number): Inode | null {
  const path = tree.nodes.log?.path;
  if (path === undefined) return null;
  try {
    return new Recall(tree, Deno.readFileSync(path)).find(id);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

class Recall {
  /** No node is below itself, whatever the log says. */
  readonly #seen = new Set<number>();

  constructor(readonly tree: WorkingTree, readonly bytes: Uint8Array<ArrayBuffer>) {}

  find(id: number): Inode | null {
    const known = this.tree.node(id);
    if (known !== undefined) return known;
    if (this.#seen.has(id)) return null;
    this.#seen.add(id);
    const last = this.#last(id);
    const inode = last === null ? null : this.#at(last);
    if (inode === null || inode.nodeId === id) return inode;
    if (inode.lookups > 0) return null;
    // It was loaded anew meanwhile. The journal is to learn of the id it has from now on.
    inode.nodeId = id;
    inode.boundEpoch = -1;
    return inode;
  }

  #at({ ino, parent, name }: LoggedNode): Inode | null {
    if (ino === 0) return null;
    if (parent === 0) {
      const linked = this.tree.linked(ino);
      return linked === null || linked.nlink === 0 ? null : linked;
    }
    const directory = this.find(parent);
    if (directory === null) return null;
    const inode = this.tree.lookup(directory, name);
    return typeof inode === "number" || inode.ino !== ino ? null : inode;
  }

  #last(id: number): LoggedNode | null {
    const records = new NodeRecords(this.bytes);
    let last: LoggedNode | null = null;
    while (records.next()) {
      if (records.kind === Kind.BIND && records.number(records.fields) === id) {
        last = records.node();
      }
    }
    return last;
  }
}
