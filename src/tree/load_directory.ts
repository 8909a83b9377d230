/**
 * Loading a directory's names when they are first needed.
 *
 * @module
 */

import { type InodeRecord, S_IFDIR, S_IFMT } from "../store/trees/entry.ts";
import type { SourceListing, TreeSource, TreeStore } from "./nodes/backing.ts";
import type { DamageReport } from "./nodes/damage_report.ts";
import type { Inode } from "./nodes/inode.ts";
import { inodeFromListing } from "./nodes/make_inode.ts";
import type { SourcePath } from "./nodes/source_path.ts";
import { Status } from "./status.ts";

/** What loading needs of the working tree. */
export interface LoadingTree {
  readonly store: TreeStore;
  readonly source: TreeSource | null;
  readonly nodes: { next: number };
  readonly links: Map<number, Inode>;
  readonly sourceLinks: Map<Inode, number>;
  readonly damage: DamageReport;
  /** The inode of the link table with that number; null if there is none. */
  linked(ino: number): Inode | null;
  fromRecord(record: InodeRecord): Inode;
  attach(directory: Inode, name: string, child: Inode): void;
}

/** Loads what the directory's tree object names. */
export function loadFromStore(tree: LoadingTree, inode: Inode): Status {
  const directory = inode.directory!;
  try {
    const records = tree.store.readTree(directory.base);
    // All of them first: what is attached cannot be taken back.
    const children = records.map((record) => {
      const child = record.linked ? tree.linked(record.ino) : tree.fromRecord(record);
      if (child === null) throw new Error(`Inode ${record.ino} is missing in the link table`);
      return child;
    });
    directory.entries = new Map();
    directory.subdirectories = 0;
    records.forEach(({ name }, i) => tree.attach(inode, name, children[i]!));
    return Status.Ok;
  } catch (error) {
    tree.damage.note(error);
    tree.damage.of(inode);
    return Status.InputOutput;
  }
}

/** Loads what the source has at `path`. */
export function loadFromSource(tree: LoadingTree, inode: Inode, path: SourcePath): Status {
  const directory = inode.directory!;
  const listing = tree.source!.list(path);
  if (typeof listing === "number") return Status.InputOutput;
  directory.entries = new Map();
  directory.subdirectories = 0;
  for (const item of listing) {
    if (item.skipped !== undefined) continue;
    tree.attach(inode, item.name, sourceInode(tree, path.child(item.name), item));
  }
  return Status.Ok;
}

/** The inode of a listed name; the one that is known if it has several links. */
function sourceInode(tree: LoadingTree, path: SourcePath, item: SourceListing): Inode {
  const several = item.nlink > 1 && (item.mode & S_IFMT) !== S_IFDIR;
  const known = several ? tree.links.get(item.ino) : undefined;
  if (known !== undefined) return known;
  const inode = inodeFromListing(tree.nodes.next++, path, item);
  if (several) {
    inode.names = [];
    tree.links.set(item.ino, inode);
    tree.sourceLinks.set(inode, item.nlink);
  }
  return inode;
}
