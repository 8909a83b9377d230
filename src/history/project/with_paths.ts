/**
 * A snapshot in which some paths are as another one has them.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { graftPaths } from "../rollback/graft.ts";
import { lookupEntry } from "../snapshots/lookup_path.ts";
import { isDirectory } from "../snapshots/record.ts";

/**
 * `into` with each of the paths (binary strings) as `from` has it. A path that neither has changes nothing, and one below
 * something that is no directory in `into` stands for that. Puts objects only.
 */
export function withPaths(
  store: StoreWriter,
  into: Snapshot,
  from: Snapshot,
  paths: Iterable<string>,
  allocateInode: () => number,
): Snapshot {
  const wanted = new Set<string>();
  for (const path of paths) {
    const whole = wholePath(store, into, path);
    const isKnown = whole === "" || lookupEntry(store, into, whole) !== null ||
      lookupEntry(store, from, whole) !== null;
    if (isKnown) wanted.add(whole);
  }
  return wanted.size === 0 ? into : graftPaths(store, into, from, [...wanted], { allocateInode });
}

/** The path, or the beginning of it that is no directory. */
function wholePath(store: StoreWriter, { root }: Snapshot, path: string): string {
  const names = path.split("/");
  let tree = root.content;
  for (const [i, name] of names.entries()) {
    const entry = store.lookupTree(tree, name);
    if (entry === null) return path;
    if (!isDirectory(entry)) return names.slice(0, i + 1).join("/");
    tree = entry.content;
  }
  return path;
}
