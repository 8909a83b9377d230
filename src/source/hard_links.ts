/**
 * Finds out, during an import, which inodes have more than one name inside the source.
 *
 * st_nlink only says how many names there are anywhere; most often the others are outside (a package
 * manager's cache). So the first name of an inode is imported like any file, and only when a second name turns
 * up does it become a hard link: the first name's directory, which may be stored by then, is mended at the end.
 *
 * @module
 */

import type { InodeEntry, InodeRecord, LinkEntry, Snapshot } from "../store/trees/entry.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { applyEdits, TreeEdits } from "../history/snapshots/path_edits.ts";
import { recordOf } from "../history/snapshots/record.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";

interface LinkedInode {
  readonly entry: InodeEntry;
  readonly directory: SourcePath;
  names: number;
}

export class HardLinks {
  readonly #inodes = new Map<number, LinkedInode>();

  /** Another name of an inode that is known already, or null if this is its first. */
  again(entry: { readonly name: string; readonly ino: number }): LinkEntry | null {
    const inode = this.#inodes.get(entry.ino);
    if (inode === undefined) return null;
    inode.names++;
    return { name: entry.name, linked: true, ino: entry.ino };
  }

  /** Remembers the first name of an inode, in `directory`. */
  first(entry: InodeEntry, directory: SourcePath): void {
    this.#inodes.set(entry.ino, { entry, directory, names: 1 });
  }

  /** The snapshot whose tree, but for first names that have to become links, is `root`. */
  apply(store: StoreWriter, root: InodeRecord): Snapshot {
    const edits = new TreeEdits();
    const records = new Map<number, InodeRecord>();
    for (const [ino, { entry, directory, names }] of this.#inodes) {
      if (names < 2) continue;
      records.set(ino, { ...recordOf(entry), nlink: names });
      edits.at(directory).entries.set(entry.name, { name: entry.name, linked: true, ino });
    }
    if (records.size === 0) return { root, links: null };
    return { root: applyEdits(store, root, edits.root), links: store.updateLinks(null, records) };
  }
}
