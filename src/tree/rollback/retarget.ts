/**
 * Makes an unchanged working tree show another snapshot.
 *
 * Only directories that are loaded and differ are visited, so the cost follows the difference. A file
 * whose bytes differ gets a new inode, as from git or tar: who has the old one open or mapped, or runs it, keeps that.
 * Handles and cached pages of all others stay valid. Directories are read from the store before the first change.
 *
 * @module
 */

import type { Snapshot, TreeEntry } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { isKeptOut } from "../kept_out.ts";
import type { Inode } from "../nodes/inode.ts";
import { Invalidation } from "../nodes/invalidation.ts";
import { isNameless, isSameFile, Replacement } from "./replace.ts";
import type { WorkingTree } from "../working_tree.ts";

/** Throws, with nothing changed, if the tree differs from its own snapshot or an object is unreadable. */
export function retarget(tree: WorkingTree, snapshot: Snapshot): Invalidation {
  if (isBase(tree, snapshot)) return new Invalidation();
  if (tree.isChanged) throw new Error("Cannot show another snapshot: what changed is not stored");
  const links = [...tree.links.values()].map((inode) => ({
    inode,
    record: tree.store.readLink(snapshot.links, inode.ino),
  }));
  const steps = new Plan(tree).steps(snapshot.root.content);
  return Replacement.make(tree, (replacement) => {
    tree.base = snapshot;
    for (const { inode, record } of links) {
      if (record === null) {
        replacement.undo.inode(inode);
        inode.nlink = 0;
      } else if (isNameless(inode)) {
        // It was removed while it is open: what comes back is another one, as of a file with one name.
        replacement.leaveOrphan(inode);
      } else if (isSameFile(inode, record)) replacement.adoptAttributes(inode, record);
      else replaceLinked(replacement, inode);
    }
    for (const step of steps) step(replacement);
    replacement.adoptAttributes(tree.root, snapshot.root);
  });
}

function isBase({ base }: WorkingTree, { root, links }: Snapshot): boolean {
  return base?.links === links && JSON.stringify(base.root) === JSON.stringify(root);
}

type Step = (replacement: Replacement) => void;

class Plan {
  readonly #steps: Step[] = [];
  /** Directories that stay and are to show another tree. */
  readonly #waiting: { readonly inode: Inode; readonly base: ObjectId | null }[] = [];

  constructor(readonly tree: WorkingTree) {}

  /** What makes the tree show the one with this root. */
  steps(root: ObjectId | null): Step[] {
    const waiting = this.#waiting;
    waiting.push({ inode: this.tree.root, base: root });
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next.inode.directory!.base !== next.base) this.#directory(next.inode, next.base);
    }
    return this.#steps;
  }

  #directory(inode: Inode, base: ObjectId | null): void {
    const steps = this.#steps;
    const state = inode.directory!;
    steps.push(({ undo, invalidation }) => {
      undo.inode(inode);
      state.base = base;
      invalidation.inode(inode);
    });
    if (state.entries === null) return;
    const target = new Map(this.tree.store.readTree(base).map((entry) => [entry.name, entry]));
    for (const [name, { inode: child }] of state.entries) {
      const entry = target.get(name);
      target.delete(name);
      if (entry === undefined && isKeptOut(inode, name)) continue;
      if (entry === undefined) {
        steps.push((replacement) => replacement.dropName(inode, name, "orphan"));
      } else this.#name(inode, name, child, entry);
    }
    for (const entry of target.values()) {
      steps.push((replacement) => replacement.addName(inode, entry));
    }
  }

  #name(parent: Inode, name: string, child: Inode, entry: TreeEntry): void {
    if (entry.linked) {
      if (child.names !== null && child.ino === entry.ino) return;
    } else if (child.names === null && isSameFile(child, entry)) {
      if (child.directory !== null) this.#waiting.push({ inode: child, base: entry.content });
      this.#steps.push((replacement) => replacement.adoptAttributes(child, entry));
      return;
    }
    this.#steps.push((replacement) => {
      replacement.dropName(parent, name, "orphan");
      replacement.addName(parent, entry);
    });
  }
}

/** The inode's bytes differ: its loaded names get a new inode. */
function replaceLinked(replacement: Replacement, inode: Inode): void {
  const { tree, invalidation } = replacement;
  const names = [...inode.names!];
  replacement.undo.inode(inode);
  tree.links.delete(inode.ino);
  const linked = tree.linked(inode.ino)!;
  names.forEach(({ parent, name }, i) => {
    replacement.detach(parent, name);
    replacement.attach(parent, name, linked);
    invalidation.entry(parent, name, inode, i === names.length - 1);
  });
  inode.nlink = 0;
  replacement.leaveOrphan(inode);
}
