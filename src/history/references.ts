/**
 * The objects that snapshots and commits name.
 *
 * @module
 */

import type { Snapshot } from "../store/trees/entry.ts";
import type { Reference } from "../store/objects/references.ts";
import type { CommitInfo } from "./commits/commit.ts";

export function snapshotReferences({ root, links }: Snapshot): Reference[] {
  const references: Reference[] = [];
  if (root.content !== null) references.push({ id: root.content, type: "tree" });
  if (root.xattrs !== null) references.push({ id: root.xattrs, type: "xattrs" });
  if (links !== null) references.push({ id: links, type: "links" });
  return references;
}

/** The commit itself, and what it recorded. Not its parents. */
export function commitReferences({ id, snapshot }: CommitInfo): Reference[] {
  return [{ id, type: "commit" }, ...snapshotReferences(snapshot)];
}
