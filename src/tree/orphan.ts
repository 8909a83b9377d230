/**
 * Files without a name that are still open, across checkpoints: those that were unlinked, and those that a rollback
 * replaced.
 *
 * A checkpoint does not hold them, and the segment that tells how they came about goes away with it. So each
 * new segment begins with a record of every orphan, from which a replay makes it again. A rollback leaves one of everything
 * it replaced that the kernel knows; most of those nobody uses, and they are recorded once the kernel has forgotten these.
 *
 * @module
 */

import { type ObjectId, parseObjectId } from "../store/format/object_id.ts";
import { StoredContent } from "./nodes/content.ts";
import { emptyDirectory, Inode, type Xattrs } from "./nodes/inode.ts";
import { RecordType } from "./journal/journal_record.ts";
import { Overlay } from "./nodes/overlay.ts";
import { Status } from "./status.ts";
import type { Journal } from "./journal/journal.ts";
import type { NodeTable } from "./nodes/node_table.ts";

/** What is needed of the working tree. */
export interface OrphanTree {
  readonly nodes: NodeTable;
  readonly journal: Journal;
  xattrs(inode: Inode): ReadonlyMap<string, Uint8Array>;
  /** Appends the journal's record. */
  log(): Status;
}

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
  /** Node id of the directory that a file which no checkpoint has is in, and its name: it is no orphan. */
  place?: [number, string];
}

/** Writes a record of each orphan that it does not know into the journal's current segment. */
export function logOrphans(tree: OrphanTree): Status {
  const { records } = tree.journal;
  try {
    return logUnknown(tree);
  } finally {
    tree.journal.retold += tree.journal.records - records;
  }
}

function logUnknown(tree: OrphanTree): Status {
  for (const inode of tree.nodes.orphans) {
    // It has names that are not loaded: the checkpoint holds it.
    if (inode.names !== null && inode.nlink > 0) continue;
    if (inode.boundEpoch === tree.journal.epoch) continue;
    const status = logOrphan(tree, inode);
    if (status !== Status.Ok) return status;
  }
  return Status.Ok;
}

/** Writes a record of an orphan, or of a file that no checkpoint has. */
export function logOrphan(tree: OrphanTree, inode: Inode): Status {
  const text = new TextEncoder().encode(JSON.stringify(toRecord(tree, inode)));
  tree.journal.record.begin(RecordType.ORPHAN).blob(text);
  const status = tree.log();
  if (status === Status.Ok) inode.boundEpoch = tree.journal.epoch;
  return status;
}

/** Those that cannot be read are lost to it: the tree's damage report tells. */
function xattrsOf(tree: OrphanTree, inode: Inode): [string, number[]][] {
  try {
    return [...tree.xattrs(inode)].map(([name, value]) => [name, [...value]]);
  } catch {
    return [];
  }
}

function toRecord(tree: OrphanTree, inode: Inode): OrphanRecord {
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
    xattrs: xattrsOf(tree, inode),
    base: base instanceof StoredContent ? stored(base) : null,
    baseSize: overlay?.baseSize ?? size,
    extents: overlay === null ? [] : [...overlay.extents],
    references: overlay?.references.map(stored) ?? [],
    ...(inode.parent === null ? {} : { place: [inode.parent.nodeId, inode.name] }),
  };
}

/** Another inode that is as one without a name is, for a name that it is to have. */
export function copyOf(tree: OrphanTree, inode: Inode): Inode {
  const copy = fromOrphanRecord({ ...toRecord(tree, inode), nodeId: tree.nodes.next++ });
  if (!copy.isDirectory) copy.nlink = 1;
  return copy;
}

function stored({ content, chunked, size }: StoredContent): StoredJson {
  return { content, chunked, size };
}

function fromStored({ content, chunked, size }: StoredJson): StoredContent {
  return new StoredContent(content as ObjectId, chunked, size);
}

/** What a record tells, or null if no inode can be like that. */
export function parseOrphanRecord(bytes: Uint8Array): OrphanRecord | null {
  let record: OrphanRecord;
  try {
    record = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  return isOrphanRecord(record) ? record : null;
}

function isOrphanRecord(record: Partial<Record<keyof OrphanRecord, unknown>>): boolean {
  if (typeof record !== "object" || record === null) return false;
  const { nodeId, ino, mode, uid, gid, rdev, size, baseSize, times, target } = record;
  const { xattrs, base, extents, references, place } = record;
  return [nodeId, ino, mode, uid, gid, rdev, size, baseSize].every(isCount) &&
    Array.isArray(times) && times.length === 4 && times.every(Number.isSafeInteger) &&
    (target === null || typeof target === "string") &&
    (base === null || isStored(base)) &&
    Array.isArray(references) && references.every(isStored) &&
    Array.isArray(extents) &&
    extents.every((extent) => isExtent(extent, references.length)) &&
    Array.isArray(xattrs) && xattrs.every(isAttribute) &&
    (place === undefined || isPlace(place));
}

function isPlace(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isCount(value[0]) &&
    typeof value[1] === "string" && value[1] !== "";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && value as number >= 0;
}

function isExtent(value: unknown, references: number): boolean {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [offset, length, source, position] = value;
  return [offset, length, position].every(isCount) && Number.isSafeInteger(source) &&
    source >= -1 - references;
}

function isStored(value: unknown): boolean {
  const { content, chunked, size } = (value ?? {}) as Partial<StoredJson>;
  return typeof content === "string" && parseObjectId(content) !== null &&
    typeof chunked === "boolean" && isCount(size);
}

function isAttribute(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" &&
    Array.isArray(value[1]) && value[1].every((byte) => isCount(byte) && byte < 256);
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
  if (inode.isDirectory) inode.directory = emptyDirectory();
  inode.target = record.target;
  if (record.xattrs.length > 0) {
    const xattrs = record.xattrs.map(([name, value]) => [name, Uint8Array.from(value)] as const);
    inode.xattrs = new Map(xattrs) as Xattrs;
  }
  inode.content = contentOf(record, inode.isFile);
  return inode;
}

/** It is what is stored only if that has the file's size: a file that grew ends with a hole. */
function contentOf({ size, base, baseSize, extents, references }: OrphanRecord, isFile: boolean) {
  const stored = base === null ? null : fromStored(base);
  const isWhole = baseSize === size && (stored?.size ?? 0) === size;
  if (extents.length === 0 && (isWhole || !isFile)) return stored;
  const overlay = new Overlay(stored, stored === null ? 0 : baseSize);
  overlay.references = references.map(fromStored);
  for (const extent of extents) overlay.cover(...extent);
  return overlay;
}
