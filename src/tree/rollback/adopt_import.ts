/**
 * The end of an import: what was loaded from the source directory becomes what the store has.
 *
 * The mount was in use meanwhile, so loaded inodes may have been changed, moved or removed, and somebody
 * may have changed the source between our listing and the importer's reading. What the mount changed
 * stays changed, on top of the imported bytes; what it did not change becomes what was imported.
 *
 * @module
 */

import {
  type InodeRecord,
  S_IFDIR,
  S_IFMT,
  type Snapshot,
  type TreeEntry,
} from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { isKeptOut } from "../kept_out.ts";
import type { Content } from "../nodes/overlay.ts";
import { SourceContent, StoredContent } from "../nodes/content.ts";
import { type Inode, XATTRS_IN_SOURCE } from "../nodes/inode.ts";
import type { Invalidation } from "../nodes/invalidation.ts";
import { Overlay } from "../nodes/overlay.ts";
import { Replacement } from "./replace.ts";
import type { SourcePath } from "../nodes/source_path.ts";
import type { WorkingTree } from "../working_tree.ts";

/** Throws if an object is unreadable; the tree then still reads from the source as it did. */
export function adoptImport(tree: WorkingTree, snapshot: Snapshot): Invalidation {
  const { sourceFiles } = tree;
  const invalidation = Replacement.make(tree, (replacement) => {
    const loaded = loadedInodes(tree);
    for (const inode of loaded) replacement.undo.inode(inode);
    const adoption = new Adoption(replacement, snapshot);
    tree.base = snapshot;
    tree.sourceFiles = null;
    adoption.links();
    for (const inode of loaded) if (!inode.stale) adoption.inode(inode);
    tree.sourceLinks = new Map();
  });
  sourceFiles?.close();
  return invalidation;
}

/** All that was loaded, directories before what is in them. */
function loadedInodes(tree: WorkingTree): Set<Inode> {
  // A set goes on with what is added to it meanwhile.
  const loaded = new Set([tree.root, ...tree.nodes.orphans]);
  for (const { directory } of loaded) {
    for (const { inode } of directory?.entries?.values() ?? []) loaded.add(inode);
  }
  return loaded;
}

class Adoption {
  readonly #listings = new Map<ObjectId | null, Map<string, TreeEntry>>();
  readonly #trees = new Map<SourcePath, ObjectId | null>();

  constructor(readonly replacement: Replacement, readonly snapshot: Snapshot) {}

  get #tree(): WorkingTree {
    return this.replacement.tree;
  }

  /** Imported directory at a source path. */
  #treeAt(path: SourcePath): ObjectId | null {
    const trees = this.#trees;
    const way: SourcePath[] = [];
    let at = path;
    let tree = trees.get(at);
    while (tree === undefined && at.parent !== null) {
      way.push(at);
      at = at.parent;
      tree = trees.get(at);
    }
    tree ??= trees.has(at) ? null : this.snapshot.root.content;
    for (const next of way.reverse()) {
      const entry = this.#listing(tree).get(next.name);
      // Where the directory was, the importer may have found something else.
      tree = entry === undefined || entry.linked || !hasType(entry, S_IFDIR) ? null : entry.content;
      trees.set(next, tree);
    }
    return tree;
  }

  #listing(tree: ObjectId | null): Map<string, TreeEntry> {
    let listing = this.#listings.get(tree);
    if (listing === undefined) {
      const entries = this.#tree.store.readTree(tree);
      listing = new Map(entries.map((entry) => [entry.name, entry]));
      this.#listings.set(tree, listing);
    }
    return listing;
  }

  /** What was imported from a source path. */
  #recordAt({ parent, name }: SourcePath): InodeRecord | null {
    if (parent === null) return this.snapshot.root;
    const entry = this.#listing(this.#treeAt(parent)).get(name);
    return entry === undefined ? null : this.#record(entry);
  }

  #record(entry: TreeEntry): InodeRecord | null {
    return entry.linked ? this.#tree.store.readLink(this.snapshot.links, entry.ino) : entry;
  }

  inode(inode: Inode): void {
    if (inode.directory !== null) this.#directory(inode);
    else this.#bytes(inode);
  }

  #directory(inode: Inode): void {
    const state = inode.directory!;
    const path = state.sourcePath;
    if (inode.xattrs === XATTRS_IN_SOURCE) {
      inode.xattrs = path === null ? null : this.#recordAt(path)?.xattrs ?? null;
    }
    if (path === null) return;
    state.base = this.#treeAt(path);
    state.sourcePath = null;
    if (state.entries !== null) this.#reconcile(inode, this.#listing(state.base));
  }

  /** Names the mount did not change become what was imported. */
  #reconcile(parent: Inode, imported: ReadonlyMap<string, TreeEntry>): void {
    const { replacement } = this;
    const { invalidation } = replacement;
    const state = parent.directory!;
    for (const [name, { inode: child }] of [...state.entries!]) {
      if (state.changed.has(name) || isKeptOut(parent, name)) continue;
      if (this.#tree.changedLinks.has(child)) continue;
      const entry = imported.get(name);
      const record = entry === undefined ? null : this.#record(entry);
      if (record !== null && isUnchanged(child, record)) continue;
      replacement.dropName(parent, name, "stale");
      invalidation.inode(parent);
      if (entry !== undefined) replacement.addName(parent, entry);
    }
    for (const [name, entry] of imported) {
      if (state.entries!.has(name) || state.changed.has(name)) continue;
      replacement.addName(parent, entry);
      invalidation.inode(parent);
    }
  }

  #bytes(inode: Inode): void {
    const bottom = bottomOf(inode.content);
    if (bottom === null) return;
    const found = this.#recordAt(bottom.path);
    const record = found !== null && hasType(found, inode.mode) ? found : null;
    if (inode.xattrs === XATTRS_IN_SOURCE) inode.xattrs = record?.xattrs ?? null;
    if (record === null || record.size !== bottom.size) {
      console.error(`The source file ${bottom.path} changed while it was imported`);
    }
    const stored = record === null || record.content === null
      ? null
      : new StoredContent(record.content, record.chunked, record.size);
    if (inode.content instanceof Overlay) {
      let overlay = inode.content;
      overlay.dataBlocks = null;
      while (overlay.base instanceof Overlay) {
        overlay = overlay.base;
        overlay.dataBlocks = null;
      }
      this.replacement.undo.overlay(overlay);
      overlay.base = stored;
    } else {
      this.#adoptBytes(inode, record, stored);
    }
  }

  /** Bytes that the mount did not change are those that were imported, however many those are. */
  #adoptBytes(inode: Inode, record: InodeRecord | null, stored: StoredContent | null): void {
    inode.content = stored;
    // Nothing else is left of a symlink that is gone from the source.
    if (record === null && inode.target !== null) return;
    const size = record?.size ?? 0;
    const isSame = inode.size === size && inode.mtimeSec === record?.mtimeSec &&
      inode.mtimeNsec === record.mtimeNsec;
    if (isSame) return;
    inode.size = size;
    inode.target = null;
    this.replacement.invalidation.inode(inode);
  }

  /** Inodes that have several links in the source may have only one inside it. */
  links(): void {
    const tree = this.#tree;
    for (const [inode, listed] of tree.sourceLinks) {
      this.replacement.undo.inode(inode);
      const made = inode.nlink - listed;
      const record = tree.store.readLink(this.snapshot.links, inode.ino);
      const before = inode.nlink;
      inode.nlink = (record?.nlink ?? 1) + made;
      if (before !== inode.nlink) this.replacement.invalidation.attribute(inode);
      if (record !== null) continue;
      // One name inside the source: an ordinary entry, unless the mount gave it another.
      const wasChanged = tree.changedLinks.delete(inode);
      if (made > 0) {
        tree.changedLinks.add(inode);
        for (const { parent, name } of inode.names!) tree.nameChanged(parent, name);
        continue;
      }
      tree.links.delete(inode.ino);
      inode.names = null;
      if (wasChanged) tree.changed(inode);
    }
  }
}

function bottomOf(content: Content): SourceContent | null {
  let at = content;
  while (at instanceof Overlay) at = at.base;
  return at instanceof SourceContent ? at : null;
}

function hasType(record: InodeRecord, mode: number): boolean {
  return (record.mode & S_IFMT) === (mode & S_IFMT);
}

/** The importer saw the same file as our listing did. */
function isUnchanged(inode: Inode, record: InodeRecord): boolean {
  return inode.ino === record.ino && inode.mode === record.mode && inode.uid === record.uid &&
    inode.gid === record.gid && inode.rdev === record.rdev &&
    (inode.directory !== null ||
      (inode.size === record.size && inode.mtimeSec === record.mtimeSec &&
        inode.mtimeNsec === record.mtimeNsec && inode.ctimeSec === record.ctimeSec &&
        inode.ctimeNsec === record.ctimeNsec));
}
