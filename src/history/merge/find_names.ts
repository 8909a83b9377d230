/**
 * Finds the names of hard-linked inodes. A record changes without any directory being touched, so there is no
 * shorter way than to look through the tree: only done to say where a conflict is, or for a merge of some paths.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Store } from "../../store/store.ts";
import { isDirectory } from "../snapshots/record.ts";

/** Number → paths (binary strings) in the order of their bytes, for those of `wanted` that the tree names. */
export function findNames(
  store: Store,
  snapshot: Snapshot,
  wanted: ReadonlySet<number>,
): Map<number, string[]> {
  const found = new Map<number, string[]>();
  if (wanted.size === 0) return found;
  const stack: { path: string; tree: ObjectId | null }[] = [
    { path: "", tree: snapshot.root.content },
  ];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const entry of store.readTree(at.tree)) {
      const path = at.path === "" ? entry.name : `${at.path}/${entry.name}`;
      if (isDirectory(entry)) stack.push({ path, tree: entry.content });
      else if (entry.linked && wanted.has(entry.ino)) {
        const paths = found.get(entry.ino);
        if (paths === undefined) found.set(entry.ino, [path]);
        else paths.push(path);
      }
    }
  }
  for (const paths of found.values()) paths.sort();
  return found;
}
