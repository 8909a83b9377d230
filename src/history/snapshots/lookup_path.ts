/**
 * What a path names in a snapshot.
 *
 * @module
 */

import type { InodeRecord, Snapshot, TreeEntry } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { isDirectory } from "./record.ts";

/** The entry at `path` ("a/b", not ""), or null. Symlinks on the way are not followed. */
export function lookupEntry(store: Store, snapshot: Snapshot, path: string): TreeEntry | null {
  let tree = snapshot.root.content;
  const names = path.split("/");
  for (let i = 0;; i++) {
    const entry = store.lookupTree(tree, names[i]!);
    if (i === names.length - 1 || entry === null) return entry;
    if (!isDirectory(entry)) return null;
    tree = entry.content;
  }
}

/** The inode at `path`, "" being the root; a hard-linked one is looked up in the link table. */
export function lookupPath(store: Store, snapshot: Snapshot, path: string): InodeRecord | null {
  if (path === "") return snapshot.root;
  const entry = lookupEntry(store, snapshot, path);
  if (entry === null || !entry.linked) return entry;
  return store.readLink(snapshot.links, entry.ino);
}
