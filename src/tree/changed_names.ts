/**
 * Which of the names that a rollback has changed those are told of who watch.
 *
 * @module
 */

import { S_IFMT } from "../store/trees/entry.ts";
import { type Inode, pathOf } from "./nodes/inode.ts";
import type { Invalidation, NameChange } from "./nodes/invalidation.ts";
import type { WorkingTree } from "./working_tree.ts";

/** Who watches more than that looks at everything anew anyway: beyond it the directories are told of alone. */
export const MOST_NAMES = 10_000;

/** Inode numbers that somebody watches; null: all of them. */
export type Watched = ReadonlySet<number> | null;

/** A change to be carried out once more, so that the kernel raises events. Plain data. */
export interface ChangedName {
  /** The directory it is in, from the root of the tree as it was: a binary string. */
  readonly directory: string;
  /** That is gone, too. */
  readonly isGone: boolean;
  /** Binary string; empty: the directory itself. */
  readonly name: string;
  /** The modes of what the name stood for, and of what it stands for; 0: nothing. The same node's attributes if both are null. */
  readonly was: number | null;
  readonly is: number | null;
  /** It is to be made as an empty file is, or as another name of a file that is there. */
  readonly isEmpty: boolean;
  readonly isLink: boolean;
}

/** What is to be carried out once more. Plain data. */
export interface Reenacted {
  readonly names: readonly ChangedName[];
  /** The tree is at the mountpoint for those who see it there. */
  readonly isRouted: boolean;
}

/** The same for the tree: what the name stood for. */
export interface PendingName {
  readonly parent: Inode;
  readonly name: string;
  was: Inode | null;
  /** It stands for something now. */
  readonly isMade: boolean;
}

export interface ChangedNames {
  readonly names: ChangedName[];
  readonly pending: PendingName[];
}

/** Directories and what was removed count as watched themselves; of what is in them, it is the directory that is watched. */
export function changedNames(
  tree: WorkingTree,
  { changes, touched, linked }: Invalidation,
  watched: Watched,
): ChangedNames {
  const list = new NameList(tree, watched);
  for (const change of changes) list.change(change);
  for (const inode of touched) list.touch(inode);
  for (const inode of linked) list.link(inode);
  return list.finish();
}

class NameList {
  readonly #known = new Map<Inode, Map<string, PendingName>>();
  readonly #pending: PendingName[] = [];
  readonly #names: ChangedName[] = [];
  readonly #touched: ChangedName[] = [];
  /** Directories of names that were too many. */
  readonly #summed = new Set<Inode>();
  /** Files that a name was made for. */
  readonly #made = new Set<Inode>();
  #count = 0;

  constructor(readonly tree: WorkingTree, readonly watched: Watched) {}

  change({ parent, directory, name, was, parentNumber, wasNumber }: NameChange): void {
    const isWatched = this.#isWatched(parentNumber) ||
      (was !== null && was.lookups > 0 && this.#isWatched(wasNumber));
    if (!isWatched || directory === null) return;
    let known = this.#known.get(parent);
    if (known === undefined) this.#known.set(parent, known = new Map());
    // One that was dropped and added again comes twice.
    if (known.has(name)) return;
    if (++this.#count > MOST_NAMES) {
      this.#summed.add(parent);
      return;
    }
    const is = parent.directory!.entries?.get(name)?.inode;
    const pending = { parent, name, was, isMade: is !== undefined };
    known.set(name, pending);
    this.#pending.push(pending);
    this.#names.push({
      directory,
      isGone: this.tree.isOrphan(parent),
      name,
      was: was === null ? 0 : was.mode & S_IFMT,
      is: is === undefined ? 0 : is.mode,
      isEmpty: is === undefined || is.size === 0,
      isLink: is !== undefined && this.#isMadeAlready(is),
    });
  }

  touch(inode: Inode): void {
    if (inode === this.tree.root && this.#isWatched(inode.ino)) {
      this.#touched.push(attributes("", ""));
    }
    for (const { parent, name } of namesOf(inode)) {
      if (this.#isWatched(parent.ino) || this.#isWatched(inode.ino)) this.#touch(parent, name);
    }
  }

  /** Who watches a directory hears nothing of a file's other names. */
  link(inode: Inode): void {
    const [first] = namesOf(inode);
    if (first !== undefined && this.#isWatched(inode.ino)) this.#touch(first.parent, first.name);
  }

  #touch(parent: Inode, name: string): void {
    const directory = pathOf(parent);
    if (directory === null) return;
    if (++this.#count > MOST_NAMES) this.#summed.add(parent);
    else this.#touched.push(attributes(directory, name));
  }

  #isMadeAlready(inode: Inode): boolean {
    if (inode.directory !== null || inode.names === null) return false;
    const isMade = inode.lookups > 0 || this.#made.has(inode);
    this.#made.add(inode);
    return isMade;
  }

  finish(): ChangedNames {
    const summed = [...this.#summed].flatMap((inode) => {
      const path = this.tree.isOrphan(inode) ? null : pathOf(inode);
      return path === null ? [] : [attributes(path, "")];
    });
    return { names: [...this.#names, ...this.#touched, ...summed], pending: this.#pending };
  }

  #isWatched(number: number): boolean {
    return this.watched === null || this.watched.has(number);
  }
}

function namesOf({ names, parent, name }: Inode): readonly { parent: Inode; name: string }[] {
  if (names !== null) return names;
  return parent === null ? [] : [{ parent, name }];
}

function attributes(directory: string, name: string): ChangedName {
  return { directory, isGone: false, name, was: null, is: null, isEmpty: true, isLink: false };
}
