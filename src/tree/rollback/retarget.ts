/**
 * Makes an unchanged working tree show another snapshot.
 *
 * Only directories that are loaded and differ are visited, so the cost follows the difference. A file
 * whose bytes differ gets a new inode, as from git or tar: who has the old one open or mapped, or runs it, keeps that.
 * Handles and cached pages of all others stay valid. Everything that has to be read from the store is read before the first change.
 *
 * @module
 */

import type { Snapshot, TreeEntry } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Inode } from "../nodes/inode.ts";
import { Invalidation } from "../nodes/invalidation.ts";
import { addName, adoptAttributes, dropName, isSameFile, leaveOrphan } from "./replace.ts";
import type { WorkingTree } from "../working_tree.ts";

/** The tree must not differ from its snapshot. Throws, with nothing changed, if an object is unreadable. */
export function retarget(tree: WorkingTree, snapshot: Snapshot): Invalidation {
  const plan = new Plan(tree);
  const links = [...tree.links.values()].map((inode) => ({
    inode,
    record: tree.store.readLink(snapshot.links, inode.ino),
  }));
  plan.directory(tree.root, snapshot.root.content);
  const { invalidation } = plan;
  tree.base = snapshot;
  for (const { inode, record } of links) {
    if (record === null) inode.nlink = 0;
    else if (isSameFile(inode, record)) adoptAttributes(inode, record, invalidation);
    else replaceLinked(tree, inode, invalidation);
  }
  for (const step of plan.steps) step();
  adoptAttributes(tree.root, snapshot.root, invalidation);
  return invalidation;
}

class Plan {
  readonly steps: (() => void)[] = [];
  readonly invalidation = new Invalidation();

  constructor(readonly tree: WorkingTree) {}

  directory(inode: Inode, base: ObjectId | null): void {
    const state = inode.directory!;
    if (state.base === base) return;
    const { tree, steps, invalidation } = this;
    steps.push(() => {
      state.base = base;
      invalidation.inode(inode);
    });
    if (state.entries === null) return;
    const target = new Map(tree.store.readTree(base).map((entry) => [entry.name, entry]));
    for (const [name, { inode: child }] of state.entries) {
      const entry = target.get(name);
      target.delete(name);
      if (entry === undefined) {
        steps.push(() => dropName(tree, inode, name, invalidation, leaveOrphan));
      } else this.#name(inode, name, child, entry);
    }
    for (const entry of target.values()) {
      steps.push(() => addName(tree, inode, entry, invalidation));
    }
  }

  #name(parent: Inode, name: string, child: Inode, entry: TreeEntry): void {
    const { tree, steps, invalidation } = this;
    if (entry.linked) {
      if (child.names !== null && child.ino === entry.ino) return;
    } else if (child.names === null && isSameFile(child, entry)) {
      if (child.directory !== null) this.directory(child, entry.content);
      steps.push(() => adoptAttributes(child, entry, invalidation));
      return;
    }
    steps.push(() => {
      dropName(tree, parent, name, invalidation, leaveOrphan);
      addName(tree, parent, entry, invalidation);
    });
  }
}

/** The inode's bytes differ: its loaded names get a new inode. */
function replaceLinked(tree: WorkingTree, inode: Inode, invalidation: Invalidation): void {
  const names = [...inode.names!];
  tree.links.delete(inode.ino);
  const replacement = tree.linked(inode.ino)!;
  names.forEach(({ parent, name }, i) => {
    tree.detach(parent, name);
    tree.attach(parent, name, replacement);
    invalidation.entry(parent, name, i === names.length - 1 ? inode : null);
  });
  inode.nlink = 0;
  leaveOrphan(tree, inode, invalidation);
}
