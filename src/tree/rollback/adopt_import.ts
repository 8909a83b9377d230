/**
 * The end of an import: what was loaded from the source directory becomes what the store has.
 *
 * The mount was in use meanwhile, so loaded inodes may have been changed, moved or removed, and somebody
 * may have changed the source between our listing and the importer's reading. What the mount changed
 * stays changed, on top of the imported bytes; what it did not change becomes what was imported.
 *
 * @module
 */

import type { InodeRecord, Snapshot, TreeEntry } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Content } from "../nodes/overlay.ts";
import { SourceContent, StoredContent } from "../nodes/content.ts";
import { type Inode, XATTRS_IN_SOURCE } from "../nodes/inode.ts";
import { Invalidation } from "../nodes/invalidation.ts";
import { Overlay } from "../nodes/overlay.ts";
import { addName, dropName, markStale } from "./replace.ts";
import type { WorkingTree } from "../working_tree.ts";

/** Throws if an object is unreadable; the tree then still reads from the source where it did. */
export function adoptImport(tree: WorkingTree, snapshot: Snapshot): Invalidation {
  const adoption = new Adoption(tree, snapshot);
  tree.base = snapshot;
  adoption.links();
  adoption.inode(tree.root);
  for (const inode of tree.nodes.orphans) adoption.inode(inode);
  tree.sourceFiles?.close();
  tree.sourceFiles = null;
  tree.sourceLinks.clear();
  return adoption.invalidation;
}

class Adoption {
  readonly invalidation = new Invalidation();
  readonly #listings = new Map<string, Map<string, TreeEntry>>();
  readonly #done = new Set<Inode>();

  constructor(readonly tree: WorkingTree, readonly snapshot: Snapshot) {}

  /** Imported directory at a source path. */
  #treeAt(path: string): ObjectId | null {
    if (path === "") return this.snapshot.root.content;
    return this.#recordAt(path)?.content ?? null;
  }

  #listing(path: string): Map<string, TreeEntry> {
    let listing = this.#listings.get(path);
    if (listing === undefined) {
      const entries = this.tree.store.readTree(this.#treeAt(path));
      listing = new Map(entries.map((entry) => [entry.name, entry]));
      this.#listings.set(path, listing);
    }
    return listing;
  }

  /** What was imported from a source path. */
  #recordAt(path: string): InodeRecord | null {
    const slash = path.lastIndexOf("/");
    const entry = this.#listing(slash < 0 ? "" : path.slice(0, slash)).get(path.slice(slash + 1));
    return entry === undefined ? null : this.#record(entry);
  }

  #record(entry: TreeEntry): InodeRecord | null {
    return entry.linked ? this.tree.store.readLink(this.snapshot.links, entry.ino) : entry;
  }

  inode(inode: Inode): void {
    if (this.#done.has(inode)) return;
    this.#done.add(inode);
    if (inode.directory !== null) this.#directory(inode);
    else this.#bytes(inode);
  }

  #directory(inode: Inode): void {
    const state = inode.directory!;
    const path = state.sourcePath;
    if (inode.xattrs === XATTRS_IN_SOURCE) {
      const record = path === "" ? this.snapshot.root : path === null ? null : this.#recordAt(path);
      inode.xattrs = record?.xattrs ?? null;
    }
    if (path !== null) {
      state.base = this.#treeAt(path);
      state.sourcePath = null;
      if (state.entries !== null) this.#reconcile(inode, this.#listing(path));
    }
    if (state.entries === null) return;
    for (const { inode: child } of [...state.entries.values()]) this.inode(child);
  }

  /** Names the mount did not change become what was imported. */
  #reconcile(parent: Inode, imported: ReadonlyMap<string, TreeEntry>): void {
    const state = parent.directory!;
    for (const [name, { inode: child }] of [...state.entries!]) {
      if (state.changed.has(name) || this.tree.changedLinks.has(child)) continue;
      const entry = imported.get(name);
      const record = entry === undefined ? null : this.#record(entry);
      if (record !== null && isUnchanged(child, record)) continue;
      dropName(this.tree, parent, name, this.invalidation, markStale);
      this.invalidation.inode(parent);
      if (entry !== undefined) addName(this.tree, parent, entry, this.invalidation);
    }
    for (const [name, entry] of imported) {
      if (state.entries!.has(name) || state.changed.has(name)) continue;
      addName(this.tree, parent, entry, this.invalidation);
      this.invalidation.inode(parent);
    }
  }

  #bytes(inode: Inode): void {
    const bottom = bottomOf(inode.content);
    if (bottom === null) return;
    const record = this.#recordAt(bottom.path);
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
      overlay.base = stored;
    } else {
      inode.content = stored;
    }
  }

  /** Inodes that have several links in the source may have only one inside it. */
  links(): void {
    const { tree } = this;
    for (const [inode, listed] of tree.sourceLinks) {
      const made = inode.nlink - listed;
      const record = tree.store.readLink(this.snapshot.links, inode.ino);
      const before = inode.nlink;
      inode.nlink = (record?.nlink ?? 1) + made;
      if (before !== inode.nlink) this.invalidation.attribute(inode);
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

/** The importer saw the same file as our listing did. */
function isUnchanged(inode: Inode, record: InodeRecord): boolean {
  return inode.ino === record.ino && inode.mode === record.mode && inode.uid === record.uid &&
    inode.gid === record.gid && inode.rdev === record.rdev &&
    (inode.directory !== null ||
      (inode.size === record.size && inode.mtimeSec === record.mtimeSec &&
        inode.mtimeNsec === record.mtimeNsec && inode.ctimeSec === record.ctimeSec &&
        inode.ctimeNsec === record.ctimeNsec));
}
