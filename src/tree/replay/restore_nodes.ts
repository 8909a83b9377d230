/**
 * Giving inodes the node ids the kernel knows them by, in a server that took over a mount.
 *
 * @module
 */

import type { Inode } from "../nodes/inode.ts";
import type { LoggedNode } from "../nodes/node_records.ts";
import type { ReplayReport } from "./replay.ts";
import { ROOT_NODE_ID } from "../nodes/inode.ts";
import type { WorkingTree } from "../working_tree.ts";

/** So many files that the kernel has forgotten get the ids back that they had, for who has a handle of one. */
const HANDLES_KEPT = 10_000;

/**
 * Sets the node ids of `logged` and their references. What the journal says of an id wins over the log. What is in
 * `forgotten` has no references.
 * Returns the ids that stand for nothing any more.
 */
export function restoreNodes(
  tree: WorkingTree,
  replayed: ReplayReport,
  logged: ReadonlyMap<number, LoggedNode>,
  forgotten: ReadonlyMap<number, LoggedNode> = new Map(),
): number[] {
  const found = new Map<number, Inode | null>([[ROOT_NODE_ID, tree.root]]);
  const lost: number[] = [];

  const find = (id: number): Inode | null => {
    // Up to where something is known, then down again.
    const unknown: number[] = [];
    for (let at = id; !found.has(at);) {
      // No node is below itself, whatever the log says.
      found.set(at, null);
      unknown.push(at);
      const node = logged.get(at) ?? forgotten.get(at);
      if (replayed.nodes.has(at) || node === undefined || node.parent === 0) break;
      at = node.parent;
    }
    for (const at of unknown.reverse()) found.set(at, replayed.nodes.get(at) ?? fromLog(at));
    return found.get(id)!;
  };

  /** Its directory was looked for. */
  const fromLog = (id: number): Inode | null => {
    const node = logged.get(id) ?? forgotten.get(id);
    if (node === undefined) return null;
    // Without a name that was loaded it may have others.
    if (node.parent === 0) return node.ino === 0 ? null : tree.linked(node.ino);
    const parent = found.get(node.parent)!;
    if (parent === null) return null;
    const inode = tree.lookup(parent, node.name);
    return typeof inode === "number" || inode.ino !== node.ino ? null : inode;
  };

  const restored: [Inode, number][] = [];
  for (const [id, { lookups }] of logged) {
    if (id === ROOT_NODE_ID) {
      restored.push([tree.root, lookups - tree.root.lookups]);
      continue;
    }
    if (lookups === 0) continue;
    const inode = find(id);
    if (inode === null) {
      lost.push(id);
    } else {
      inode.nodeId = id;
      restored.push([inode, lookups]);
    }
  }
  // Only now: what the new log says of a node names its directory by the id that the kernel has of it.
  for (const [inode, lookups] of restored) tree.nodes.remember(inode, lookups);
  for (const [id, { parent }] of [...forgotten].slice(-HANDLES_KEPT)) {
    const inode = parent === 0 ? null : find(id);
    if (inode !== null && inode.lookups === 0) inode.nodeId = id;
  }
  return lost;
}

/**
 * Makes node ids begin above all that were ever given out: the journal and the kernel may still use those.
 * Inodes that are loaded already get new ones.
 */
export function renumberNodes(tree: WorkingTree, largest: number): void {
  tree.nodes.next = Math.max(tree.nodes.next, largest + 1);
  const waiting = [tree.root];
  for (let inode = waiting.pop(); inode !== undefined; inode = waiting.pop()) {
    for (const { inode: child } of inode.directory?.entries?.values() ?? []) {
      child.nodeId = tree.nodes.next++;
      waiting.push(child);
    }
  }
  // Those of which no name is loaded yet, too.
  for (const inode of tree.links.values()) inode.nodeId = tree.nodes.next++;
}
