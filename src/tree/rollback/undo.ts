/**
 * Takes back what was changed in a working tree from behind the kernel, if it cannot be finished.
 *
 * What is about to be changed is kept before. Taking it back only assigns what was kept, which cannot fail.
 *
 * @module
 */

import type { Inode } from "../nodes/inode.ts";
import type { Overlay } from "../nodes/overlay.ts";
import type { WorkingTree } from "../working_tree.ts";

export class Undo {
  readonly #kept = new Set<Inode | Overlay>();
  readonly #restore: (() => void)[] = [];

  /** Keeps what belongs to the tree as a whole. */
  constructor(tree: WorkingTree) {
    const { base, rootChanged, sourceFiles, nodes } = tree;
    const links = new Map(tree.links);
    const changedLinks = new Set(tree.changedLinks);
    const sourceLinks = new Map(tree.sourceLinks);
    const orphans = new Set(nodes.orphans);
    const relinked = new Set(nodes.relinked);
    const logged = nodes.log?.pending ?? 0;
    this.#restore.push(() => {
      Object.assign(tree, { base, rootChanged, sourceFiles, links, changedLinks, sourceLinks });
      Object.assign(nodes, { orphans, relinked });
      nodes.log?.dropPending(logged);
    });
  }

  /** Keeps an inode and, of a directory, its names. */
  inode(inode: Inode): void {
    if (this.#kept.has(inode)) return;
    this.#kept.add(inode);
    const { directory } = inode;
    const fields = { ...inode, names: inode.names?.slice() ?? null };
    if (directory === null) {
      this.#restore.push(() => Object.assign(inode, fields));
      return;
    }
    const state = {
      ...directory,
      entries: directory.entries === null ? null : new Map(directory.entries),
      changed: new Set(directory.changed),
      keptOut: directory.keptOut === null ? null : new Set(directory.keptOut),
      // It goes through the names that are replaced.
      cursor: null,
    };
    this.#restore.push(() => {
      Object.assign(inode, fields);
      Object.assign(directory, state);
    });
  }

  /** Keeps what an overlay lies over. */
  overlay(overlay: Overlay): void {
    if (this.#kept.has(overlay)) return;
    this.#kept.add(overlay);
    const { base } = overlay;
    this.#restore.push(() => overlay.base = base);
  }

  takeBack(): void {
    for (const restore of this.#restore) restore();
  }
}
