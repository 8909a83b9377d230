/**
 * What is open, by handle. A file that is open is known to its tree, and stays when its name goes.
 *
 * @module
 */

import type { Inode } from "../../tree/nodes/inode.ts";
import type { ViewUser } from "../view_user.ts";
import type { View, ViewTable } from "../views.ts";
import type { VirtualFile } from "./virtual_file.ts";

export interface OpenFile {
  readonly handle: number;
  readonly view: View;
  inode: Inode;
  /** The name that it was opened by; null of a root. */
  parent: Inode | null;
  /** As it is stored. */
  name: string;
  /** What is in `.agentvfs`; null: it is a file of the tree. */
  readonly virtual: VirtualFile | null;
  /** Process that opened it. */
  readonly caller: number;
  /** Rights that it was opened with. */
  readonly access: number;
  /** It was made when it was opened. */
  readonly isMade: boolean;
}

/** The name stands for something else if a rollback replaced what is open: that goes on, and the name is not its own. */
export function isNamed({ inode, parent, name }: OpenFile): boolean {
  return parent?.directory?.entries?.get(name)?.inode === inode;
}

export class Opens {
  readonly #files = new Map<number, OpenFile>();
  #last = 0;

  constructor(readonly views: ViewTable) {}

  get size(): number {
    return this.#files.size;
  }

  /** How many handles there are of an inode. */
  countOf(inode: Inode): number {
    let count = 0;
    for (const file of this.#files.values()) {
      if (file.virtual === null && file.inode === inode) count++;
    }
    return count;
  }

  /** Who has something open, in one view or anywhere. */
  users(view: number | null): ViewUser[] {
    const stands = new Map<number, boolean>();
    for (const { caller, inode, virtual, view: { number } } of this.#files.values()) {
      if (view !== null && view !== number) continue;
      const isDirectory = virtual === null ? inode.isDirectory : virtual.kind === "directory";
      stands.set(caller, isDirectory && (stands.get(caller) ?? true));
    }
    return [...stands].map(([pid, onlyStands]) => ({ pid, onlyStands }));
  }

  get(handle: number): OpenFile | undefined {
    return this.#files.get(handle);
  }

  open(file: Omit<OpenFile, "handle">): OpenFile {
    const opened = { ...file, handle: ++this.#last };
    this.#files.set(opened.handle, opened);
    if (file.virtual === null) file.view.tree.nodes.remember(file.inode);
    return opened;
  }

  close(file: OpenFile): void {
    this.#files.delete(file.handle);
    if (file.virtual !== null) return;
    const { inode, view } = file;
    // What changes in a directory that somebody has seen is told to who watches.
    const stays = view.writable && inode.directory !== null && inode.lookups === 1 &&
      !view.tree.isOrphan(inode);
    if (!stays) this.#forget(view, inode);
  }

  /** A checkpoint of which nothing is known any more is closed; a view that is gone already knows nothing. */
  #forget(view: View, { nodeId }: Inode): void {
    if (this.views.get(view.number) === view) this.views.forget(view.number, nodeId, 1);
  }

  /** What was open as one inode is another one now. */
  replaced(was: Inode, inode: Inode): void {
    for (const file of this.#files.values()) {
      if (file.inode !== was) continue;
      file.view.tree.nodes.remember(inode);
      this.#forget(file.view, was);
      file.inode = inode;
    }
  }

  /** A name has moved. */
  renamed(from: Inode, fromName: string, to: Inode, toName: string): void {
    for (const file of this.#files.values()) {
      if (file.parent !== from || file.name !== fromName) continue;
      file.parent = to;
      file.name = toName;
    }
  }
}
