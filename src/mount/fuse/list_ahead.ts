/**
 * Noticing that a program looks up the names of a directory one by one, as `git status` does in a new mount: a LOOKUP
 * for each. A listing tells the kernel all of them in a few requests (READDIRPLUS), so somebody other than the thread
 * that answers lists the directory and those behind it, and the program finds their names in the kernel's cache.
 *
 * @module
 */

import { type Inode, pathOf } from "../../tree/nodes/inode.ts";
import { MAIN_VIEW, type View } from "../views.ts";

/** Directories with fewer names are not worth it, those with more would take the kernel's memory for nothing. */
const FEWEST_NAMES = 12;
const MOST_NAMES = 4096;
/** Lookups after which a directory is listed: a few, and of a large one some share of its names. */
const LOOKUPS = 4;
const SHARE = 1 / 32;
/** Directories after it in its parent that are listed, too. */
const NEXT = 4;
/** Directories that are remembered. */
const REMEMBERED = 64;

export class ListAhead {
  /** Names that the kernel was told one by one, by directory; the one remembered longest comes first. */
  readonly #lookups = new Map<Inode, number>();

  /** `list` is called with the path of a directory in the mount, a binary string. */
  constructor(readonly list: (path: string) => void) {}

  /** Called when the kernel is told a name it did not know, of a directory whose names are loaded. */
  lookedUp({ number }: View, directory: Inode): void {
    if (number !== MAIN_VIEW) return;
    const names = directory.directory!.entries!.size;
    if (names < FEWEST_NAMES || names > MOST_NAMES) return;
    const lookups = (this.#lookups.get(directory) ?? 0) + 1;
    this.#lookups.set(directory, lookups);
    if (this.#lookups.size > REMEMBERED) {
      for (const oldest of this.#lookups.keys()) {
        this.#lookups.delete(oldest);
        break;
      }
    }
    if (lookups !== Math.max(LOOKUPS, Math.ceil(names * SHARE))) return;
    // The next ones first: of this one the program will soon have seen all.
    for (const next of nextDirectories(directory)) this.#list(next);
    this.#list(directory);
  }

  #list(directory: Inode): void {
    const path = pathOf(directory);
    if (path !== null) this.list(path);
  }
}

/** Directories behind this one in its parent that nobody has looked at: programs go through trees in order. */
function nextDirectories(directory: Inode): Inode[] {
  const next: Inode[] = [];
  const entries = directory.parent?.directory?.entries ?? null;
  // They are passed for each directory in it.
  if (entries === null || entries.size > MOST_NAMES) return next;
  let isBehind = false;
  for (const { inode } of entries.values()) {
    if (isBehind && inode.directory !== null) {
      if (inode.directory.entries === null) next.push(inode);
      if (next.length === NEXT) break;
    }
    isBehind ||= inode === directory;
  }
  return next;
}
