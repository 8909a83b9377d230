/**
 * Unlinked files that are still open, across checkpoints.
 *
 * A checkpoint does not hold them, and the segment that tells how they came about goes away with it. So each
 * new segment begins with a record of every orphan, from which a replay makes it again.
 *
 * @module
 */

import type { ObjectId } from "../store/object_id.ts";
import { StoredContent } from "./content.ts";
import { DirectoryState, Inode, type Xattrs } from "./inode.ts";
import { RecordType } from "./journal_record.ts";
import { Overlay } from "./overlay.ts";
import { Status } from "./status.ts";
import type { WorkingTree } from "./working_tree.ts";

interface StoredJson {
  content: string;
  chunked: boolean;
  size: number;
}

/** An orphan as the journal keeps it. */
export interface OrphanRecord {
  nodeId: number;
  ino: number;
  mode: number;
  uid: number;
  gid: number;
  rdev: number;
  size: number;
  /** Seconds and nanoseconds of modification and change. */
  times: [number, number, number, number];
  target: string | null;
  xattrs: [string, number[]][];
  base: StoredJson | null;
  baseSize: number;
  /** Offset, length, source and position of each extent. */
  extents: [number, number, number, number][];
  references: StoredJson[];
}

/** Writes a record of each orphan into the journal's current segment. */
export function logOrphans(tree: WorkingTree): Status {
  for (const inode of tree.nodes.orphans) {
    const text = new TextEncoder().encode(JSON.stringify(toRecord(tree, inode)));
    tree.journal.record.begin(RecordType.ORPHAN).blob(text);
    const status = tree.log();
    if (status !== Status.Ok) return status;
    inode.boundEpoch = tree.journal.epoch;
  }
  return Status.Ok;
}

function toRecord(tree: WorkingTree, inode: Inode): OrphanRecord {
  const overlay = inode.content instanceof Overlay ? inode.content : null;
  const base = overlay === null ? inode.content : overlay.base;
  const { nodeId, ino, mode, uid, gid, rdev, size, target } = inode;
  return {
    nodeId,
    ino,
    mode,
    uid,
    gid,
    rdev,
    size,
    times: [inode.mtimeSec, inode.mtimeNsec, inode.ctimeSec, inode.ctimeNsec],
    target,
    xattrs: [...tree.xattrs(inode)].map(([name, value]) => [name, [...value]]),
    base: base instanceof StoredContent ? stored(base) : null,
    baseSize: overlay?.baseSize ?? size,
    extents: overlay === null ? [] : overlay.offsets.map((offset, i) => [
      offset,
      overlay.lengths[i]!,
      overlay.sources[i]!,
      overlay.positions[i]!,
    ]),
    references: overlay?.references.map(stored) ?? [],
  };
}

function stored({ content, chunked, size }: StoredContent): StoredJson {
  return { content, chunked, size };
}

function fromStored({ content, chunked, size }: StoredJson): StoredContent {
  return new StoredContent(content as ObjectId, chunked, size);
}

/** The inode a record tells of. */
export function fromOrphanRecord(record: OrphanRecord): Inode {
  const [mtimeSec, mtimeNsec, ctimeSec, ctimeNsec] = record.times;
  const inode = new Inode(
    record.nodeId,
    record.ino,
    record.mode,
    record.uid,
    record.gid,
    record.rdev,
    record.size,
    mtimeSec,
    mtimeNsec,
    ctimeSec,
    ctimeNsec,
  );
  inode.nlink = 0;
  if (inode.isDirectory) {
    inode.directory = new DirectoryState(null, null);
    inode.directory.entries = new Map();
    inode.directory.subdirectories = 0;
  }
  inode.target = record.target;
  if (record.xattrs.length > 0) {
    const xattrs = record.xattrs.map(([name, value]) => [name, Uint8Array.from(value)] as const);
    inode.xattrs = new Map(xattrs) as Xattrs;
  }
  const base = record.base === null ? null : fromStored(record.base);
  if (record.extents.length === 0 && base !== null && record.baseSize === base.size) {
    inode.content = base;
  } else if (record.extents.length > 0 || base !== null) {
    const overlay = new Overlay(base, base === null ? 0 : record.baseSize);
    overlay.references = record.references.map(fromStored);
    for (const extent of record.extents) overlay.cover(...extent);
    inode.content = overlay;
  }
  return inode;
}
