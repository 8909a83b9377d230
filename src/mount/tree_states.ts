/**
 * What the names of inodes have come to in the automaton of a policy.
 *
 * A directory's state is kept until directories may have moved. Files are one step from theirs.
 *
 * @module
 */

import type { PathAutomaton, PathState } from "../policy/path_automaton.ts";
import type { Inode } from "../tree/nodes/inode.ts";
import { loadNames } from "../tree/load_names.ts";
import type { WorkingTree } from "../tree/working_tree.ts";

/** A name, whether or not there is anything of that name. */
export interface Place {
  readonly parent: Inode;
  readonly name: string;
  readonly state: PathState;
  readonly isDirectory: boolean;
}

export class TreeStates {
  readonly #directories = new WeakMap<Inode, { epoch: number; state: PathState }>();
  #epoch = 0;
  /** Names that were found of files that have more by their count. */
  readonly #searched = new WeakMap<Inode, { links: number; names: number }>();

  constructor(readonly automaton: PathAutomaton) {}

  /** Directories may be elsewhere than they were. */
  forget(): void {
    this.#epoch++;
  }

  place(parent: Inode, name: string, isDirectory: boolean): Place {
    return { parent, name, state: this.#directory(parent).step(name), isDirectory };
  }

  /** All names of an inode; none of a root and of what has none any more. */
  placesOf(tree: WorkingTree, inode: Inode): Place[] {
    const isDirectory = inode.directory !== null;
    if (inode.names !== null) {
      return this.#namesOf(tree, inode).map(({ parent, name }) => this.place(parent, name, false));
    }
    return inode.parent === null ? [] : [this.place(inode.parent, inode.name, isDirectory)];
  }

  #namesOf(tree: WorkingTree, inode: Inode) {
    const names = inode.names!;
    if (names.length >= inode.nlink) return names;
    const searched = this.#searched.get(inode);
    if (
      searched !== undefined && searched.links === inode.nlink && searched.names <= names.length
    ) {
      return names;
    }
    const found = loadNames(tree, inode);
    this.#searched.set(inode, { links: inode.nlink, names: found.length });
    return found;
  }

  #directory(inode: Inode): PathState {
    if (inode.parent === null) return this.automaton.root;
    const known = this.#directories.get(inode);
    if (known !== undefined && known.epoch === this.#epoch) return known.state;
    const state = this.#directory(inode.parent).step(inode.name);
    if (known === undefined) this.#directories.set(inode, { epoch: this.#epoch, state });
    else Object.assign(known, { epoch: this.#epoch, state });
    return state;
  }
}
