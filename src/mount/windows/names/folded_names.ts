/**
 * Names as Windows looks them up: as they are spelled, else without regard to case.
 *
 * A directory has an index of folded names from the first lookup that needs one. What was added since is seen by the number
 * of cookies that were given out; what was removed, when it is found. Of several names that differ only in case, each is found
 * as it is spelled; any other spelling finds the first of them in the order of bytes.
 *
 * @module
 */

import { foldedName, shownName, storedName } from "../../../../ffi/windows/names_utf16.ts";
import type { DirectoryState, Dirent, Inode } from "../../../tree/nodes/inode.ts";
import { Status } from "../../../tree/status.ts";
import type { WorkingTree } from "../../../tree/working_tree.ts";

interface FoldedIndex {
  readonly entries: Map<string, Dirent>;
  cookie: number;
  /** Stored names by what they have in common, in the order of bytes. */
  readonly names: Map<string, string[]>;
}

export interface FoundName {
  /** As it is stored. */
  readonly name: string;
  readonly inode: Inode;
}

export class FoldedNames {
  readonly #indices = new WeakMap<DirectoryState, FoldedIndex>();

  constructor(readonly caseSensitive: boolean) {}

  /** What a directory has under a name that Windows gives. */
  find(tree: WorkingTree, directory: Inode, shown: string): FoundName | Status {
    const stored = storedName(shown);
    const exact = tree.lookup(directory, stored);
    if (typeof exact !== "number") return { name: stored, inode: exact };
    if (this.caseSensitive || exact !== Status.NotFound) return exact;
    const [name] = this.#alike(directory.directory!, shown);
    if (name === undefined) return Status.NotFound;
    return { name, inode: directory.directory!.entries!.get(name)!.inode };
  }

  /** True if other names of the loaded directory differ from a stored one only in case. */
  hasTwin(directory: Inode, name: string): boolean {
    if (this.caseSensitive) return false;
    return this.#alike(directory.directory!, shownName(name)).some((other) => other !== name);
  }

  #alike(state: DirectoryState, shown: string): string[] {
    const { names } = this.#index(state);
    const folded = foldedName(shown);
    const alike = names.get(folded);
    if (alike === undefined) return [];
    const there = alike.filter((name) => state.entries!.has(name));
    if (there.length === 0) names.delete(folded);
    else if (there.length < alike.length) names.set(folded, there);
    return there;
  }

  #index(state: DirectoryState): FoldedIndex {
    const entries = state.entries!;
    let index = this.#indices.get(state);
    if (index !== undefined && index.entries === entries && index.cookie === state.nextCookie) {
      return index;
    }
    index = { entries, cookie: state.nextCookie, names: new Map() };
    for (const name of entries.keys()) add(index, name);
    this.#indices.set(state, index);
    return index;
  }

  /** A name was added to the directory, and nothing else since the lookup before: the index need not be made anew. */
  added(directory: Inode, name: string): void {
    const state = directory.directory!;
    const index = this.#indices.get(state);
    if (index === undefined || index.entries !== state.entries) return;
    if (index.cookie !== state.nextCookie - 1) return;
    index.cookie = state.nextCookie;
    add(index, name);
  }
}

function add({ names }: FoldedIndex, name: string): void {
  const folded = foldedName(shownName(name));
  const alike = names.get(folded);
  if (alike === undefined) names.set(folded, [name]);
  else if (!alike.includes(name)) {
    alike.push(name);
    alike.sort((a, b) => a < b ? -1 : 1);
  }
}
