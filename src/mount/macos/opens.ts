/**
 * What is open, by handle.
 *
 * Files that have no name any more go when the last handle of them is closed: nobody gives their node ids back. The
 * client renames a file that it has open itself before it removes it, so few of them ever have one.
 *
 * @module
 */

import type { View } from "../views.ts";

interface OpenFile {
  readonly view: View;
  readonly node: number;
}

export class Opens {
  /** Null: what is in `.agentvfs`. */
  readonly #files = new Map<number, OpenFile | null>();
  #last = 0;

  /** Returns the handle. No server gives one again that another one gave: they begin with the time. */
  open(view: View | null, node: number): number {
    if (this.#last === 0) this.#last = Date.now() * 1_000;
    this.#files.set(++this.#last, view === null ? null : { view, node });
    return this.#last;
  }

  close(handle: number): void {
    const file = this.#files.get(handle) ?? null;
    this.#files.delete(handle);
    if (file !== null) this.dropNameless(file.view);
  }

  get size(): number {
    return this.#files.size;
  }

  /** Forgets files of the view that have no name and are not open. */
  dropNameless({ tree: { nodes } }: View): void {
    if (nodes.orphans.size === 0) return;
    const open = new Set<number>();
    for (const file of this.#files.values()) {
      if (file !== null && file.view.tree.nodes === nodes) open.add(file.node);
    }
    for (const inode of [...nodes.orphans]) {
      if (!open.has(inode.nodeId)) nodes.forget(inode.nodeId, inode.lookups);
    }
  }
}
