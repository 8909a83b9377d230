/**
 * Which paths of a snapshot cannot be read because objects are lost.
 *
 * @module
 */

import { ChunkList } from "../../store/contents/chunk_list.ts";
import { type InodeRecord, S_IFDIR, S_IFMT, type Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Work } from "../../store/format/sliced.ts";
import type { Store } from "../../store/store.ts";
import { StoreError } from "../../store/format/store_error.ts";

export interface AffectedPaths {
  /** The first of them, binary strings. A directory stands for everything in it. */
  readonly paths: string[];
  readonly count: number;
}

const PAUSE_EVERY = 16;

/**
 * Walks what is broken of `snapshot`.
 *
 * @param isLost tells that an object itself cannot be read
 * @param isBroken tells that it, or something below it, cannot
 * @param limit paths that are listed; the others are counted
 */
export function* affectedPaths(
  store: Store,
  snapshot: Snapshot,
  isLost: (id: ObjectId) => boolean,
  isBroken: (id: ObjectId) => boolean,
  limit: number,
): Work<AffectedPaths> {
  const paths: string[] = [];
  let count = 0;
  const found = (path: string) => {
    if (count++ < limit) paths.push(path);
  };
  const links = readOr(() => store.readLinks(snapshot.links));
  const fileIsLost = (record: InodeRecord): boolean => {
    if (record.xattrs !== null && isLost(record.xattrs)) return true;
    if (record.content === null) return false;
    if (isLost(record.content)) return true;
    return record.chunked && isBroken(record.content) && listIsLost(store, record.content, isLost);
  };
  if (links === null) found("");
  const stack = [{ path: "", record: snapshot.root }];
  for (let steps = 1, next = stack.pop(); next !== undefined; next = stack.pop(), steps++) {
    const { path, record } = next;
    if (record.xattrs !== null && isLost(record.xattrs)) found(path);
    const entries = readOr(() => store.readTree(record.content));
    if (entries === null) {
      found(path);
      continue;
    }
    for (const entry of entries) {
      const at = path === "" ? entry.name : `${path}/${entry.name}`;
      const inode = entry.linked ? links?.get(entry.ino) ?? null : entry;
      if (inode === null) found(at);
      else if ((inode.mode & S_IFMT) !== S_IFDIR) { if (fileIsLost(inode)) found(at); }
      else if (inode.content !== null && isBroken(inode.content)) {
        stack.push({ path: at, record: inode });
      } else if (inode.xattrs !== null && isLost(inode.xattrs)) found(at);
    }
    if (steps % PAUSE_EVERY === 0) {
      yield { phase: "paths", done: count, total: 0, unit: "objects" };
    }
  }
  return { paths, count };
}

function listIsLost(store: Store, id: ObjectId, isLost: (id: ObjectId) => boolean): boolean {
  const list = readOr(() => ChunkList.decode(store.object(id, "chunks"), id));
  if (list === null) return true;
  for (let run = 0; run < list.runs; run++) {
    const chunk = list.id(run);
    if (chunk !== null && isLost(chunk)) return true;
  }
  return false;
}

/** Null where an object that it needs cannot be read. */
function readOr<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof StoreError) return null;
    throw error;
  }
}
