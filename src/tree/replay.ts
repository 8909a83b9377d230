/**
 * Builds the working tree again from its snapshot and the journal.
 *
 * Records are applied by the same functions that applied them the first time. A segment ends at its last
 * whole record: what a crash tore off was never answered. Node ids in the journal are those of the
 * process that wrote it; here they only connect records.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { close, cString, O_RDONLY, open, pread } from "../../ffi/libc.ts";
import { applyAttributes, applyXattr } from "./attributes.ts";
import { applyCopy, applyResize, applyWrite, applyZero } from "./data.ts";
import type { Inode } from "./inode.ts";
import { segmentName } from "./journal.ts";
import {
  RECORD_HEADER_BYTES,
  RecordReader,
  RecordType,
  type RequestId,
  WRITE_HEADROOM,
} from "./journal_record.ts";
import { applyCreate, applyLink, applyRename, applyUnlink } from "./names.ts";
import { fromOrphanRecord, type OrphanRecord } from "./orphan.ts";
import { ROOT_NODE_ID } from "./node_table.ts";
import type { WorkingTree } from "./working_tree.ts";

export interface ReplayReport {
  records: number;
  /** Records that named an inode without a name: a file that was unlinked while open. */
  orphaned: number;
  /** Bytes after the last whole record of the segment that has any, else 0. */
  tornBytes: number;
  /** What the node ids in the journal stand for at its end. */
  nodes: ReadonlyMap<number, Inode>;
  /** The largest node id in it. */
  largestNodeId: number;
  /** Request that caused the last record: it was carried out, and perhaps not answered. */
  lastRequest: RequestId | null;
}

/** Applies the segments in order. Throws if a record contradicts the tree: the journal is damaged then. */
export function replay(tree: WorkingTree, segments: readonly number[]): ReplayReport {
  const nodes = new Map<number, Inode>();
  const report: ReplayReport = {
    records: 0,
    orphaned: 0,
    tornBytes: 0,
    nodes,
    largestNodeId: ROOT_NODE_ID,
    lastRequest: null,
  };
  tree.journaling = false;
  try {
    for (const segment of segments) replaySegment(tree, segment, nodes, report);
  } finally {
    tree.journaling = true;
  }
  for (const id of nodes.keys()) report.largestNodeId = Math.max(report.largestNodeId, id);
  return report;
}

function replaySegment(
  tree: WorkingTree,
  segment: number,
  nodes: Map<number, Inode>,
  report: ReplayReport,
): void {
  const path = `${tree.journal.directory}/${segmentName(segment)}`;
  const fd = open(cString(path), O_RDONLY);
  if (fd < 0) throw new Error(`Cannot open journal segment ${path}: errno ${-fd}`);
  try {
    const size = Deno.statSync(path).size;
    const header = new Uint8Array(RECORD_HEADER_BYTES);
    const view = new DataView(header.buffer);
    let position = 0;
    while (position + RECORD_HEADER_BYTES <= size) {
      pread(fd, header, position);
      const length = view.getUint32(4, true);
      if (length < RECORD_HEADER_BYTES || position + length > size) break;
      const bytes = new Uint8Array(length);
      if (pread(fd, bytes, position) !== length) break;
      if (crc32(bytes.subarray(4)) !== view.getUint32(0, true)) break;
      const start = position + WRITE_HEADROOM;
      const record = new RecordReader(bytes);
      if (!applyRecord(tree, record, segment, start, nodes)) report.orphaned++;
      report.records++;
      report.lastRequest = record.request;
      position += length;
    }
    report.tornBytes += size - position;
  } finally {
    close(fd);
  }
}

/** Returns false if the record is about an inode that has no name. */
function applyRecord(
  tree: WorkingTree,
  record: RecordReader,
  segment: number,
  payload: number,
  nodes: Map<number, Inode>,
): boolean {
  const { now } = tree;
  const node = () => {
    const id = record.number();
    return id === ROOT_NODE_ID ? tree.root : nodes.get(id);
  };
  const directory = () => {
    const inode = node();
    if (inode === undefined) return undefined;
    if (tree.load(inode) !== 0) throw new Error("Journal names something that is not a directory");
    return inode;
  };
  const time = () => {
    now.sec = record.number();
    now.nsec = record.number();
  };
  switch (record.type) {
    case RecordType.SEGMENT:
      return true;
    case RecordType.BIND: {
      const id = record.number();
      const parent = directory();
      const found = parent === undefined ? 0 : tree.lookup(parent, record.string());
      // Without a name it is an orphan, which an earlier record tells of if it is still open.
      if (typeof found !== "number") nodes.set(id, found);
      return true;
    }
    case RecordType.ORPHAN: {
      const orphan: OrphanRecord = JSON.parse(new TextDecoder().decode(record.blob()));
      if (!nodes.has(orphan.nodeId)) nodes.set(orphan.nodeId, fromOrphanRecord(orphan));
      return true;
    }
    case RecordType.CREATE: {
      const parent = directory();
      const name = record.string();
      const id = record.number();
      const ino = record.number();
      const mode = record.number();
      const uid = record.number();
      const gid = record.number();
      const rdev = record.number();
      const target = record.string();
      time();
      const inode = tree.newInode(ino, mode, uid, gid, rdev, now.sec, now.nsec);
      tree.nextInode = Math.max(tree.nextInode, ino + 1);
      nodes.set(id, inode);
      if (parent !== undefined) {
        applyCreate(tree, inode, parent, name, inode.isSymlink ? target : null);
      } else {
        inode.nlink = 0;
      }
      return true;
    }
    case RecordType.LINK: {
      const inode = node();
      const parent = directory();
      const name = record.string();
      time();
      if (inode === undefined || parent === undefined) return false;
      applyLink(tree, inode, parent, name);
      return true;
    }
    case RecordType.UNLINK: {
      const parent = directory();
      const name = record.string();
      time();
      if (parent === undefined) return false;
      applyUnlink(tree, parent, name);
      return true;
    }
    case RecordType.RENAME: {
      const fromParent = directory();
      const fromName = record.string();
      const toParent = directory();
      const toName = record.string();
      const exchange = record.number() === 1;
      time();
      if (fromParent === undefined || toParent === undefined) return false;
      applyRename(tree, fromParent, fromName, toParent, toName, exchange);
      return true;
    }
    case RecordType.ATTRIBUTES: {
      const inode = node();
      if (inode === undefined) return false;
      const n = () => record.number();
      applyAttributes(tree, inode, n(), n(), n(), n(), n(), n(), n(), n(), n());
      return true;
    }
    case RecordType.WRITE: {
      const inode = node();
      const offset = record.number();
      const length = record.number();
      const mode = record.number();
      time();
      if (inode === undefined) return false;
      applyWrite(tree, inode, offset, length, mode, segment, payload);
      return true;
    }
    case RecordType.RESIZE: {
      const inode = node();
      const size = record.number();
      const mode = record.number();
      time();
      if (inode === undefined) return false;
      applyResize(tree, inode, size, mode);
      return true;
    }
    case RecordType.ZERO: {
      const inode = node();
      const offset = record.number();
      const length = record.number();
      const size = record.number();
      const mode = record.number();
      time();
      if (inode === undefined) return false;
      applyZero(tree, inode, offset, length, size, mode);
      return true;
    }
    case RecordType.XATTR: {
      const inode = node();
      const name = record.string();
      const present = record.number() === 1;
      const value = record.blob();
      time();
      if (inode === undefined) return false;
      applyXattr(tree, inode, name, present ? value : null);
      return true;
    }
    case RecordType.COPY: {
      const from = node();
      const fromOffset = record.number();
      const to = node();
      const toOffset = record.number();
      const length = record.number();
      const mode = record.number();
      time();
      if (from === undefined || to === undefined) return false;
      applyCopy(tree, from, fromOffset, to, toOffset, length, mode);
      return true;
    }
    default:
      throw new Error(`Unknown journal record type ${record.type}: written by a newer version`);
  }
}
