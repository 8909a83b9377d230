/**
 * Gives the second of two inodes with one number a number of its own.
 *
 * @module
 */

import { applyEdits, TreeEdits } from "../history/snapshots/path_edits.ts";
import { isDirectory } from "../history/snapshots/record.ts";
import type { Snapshot } from "../store/trees/entry.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { FOREIGN_INODES } from "./inode_number.ts";

/**
 * `snapshot` with one inode for each number. Walks all of it.
 *
 * @param duplicates numbers that more than one inode has
 * @param moved called with each path that got another number
 */
export function renumberMoved(
  store: StoreWriter,
  snapshot: Snapshot,
  duplicates: ReadonlySet<number>,
  moved: (path: SourcePath) => void,
): Snapshot {
  const edits = new TreeEdits();
  const seen = new Set<number>();
  // From the end of the range for source files, where shownInode gives a number once in 2^51 times.
  let fresh = 2 * FOREIGN_INODES;
  const stack: { path: SourcePath; tree: ObjectId | null }[] = [
    { path: SourcePath.ROOT, tree: snapshot.root.content },
  ];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const entry of store.readTree(at.tree)) {
      const path = at.path.child(entry.name);
      if (isDirectory(entry)) stack.push({ path, tree: entry.content });
      if (entry.linked || !duplicates.has(entry.ino)) continue;
      if (seen.has(entry.ino)) {
        edits.at(at.path).entries.set(entry.name, { ...entry, ino: --fresh });
        moved(path);
      }
      seen.add(entry.ino);
    }
  }
  return { ...snapshot, root: applyEdits(store, snapshot.root, edits.root) };
}
