/**
 * Builds the working tree again from its snapshot and the journal.
 *
 * Records are applied by the same functions that applied them the first time. Node ids in the journal are those
 * of the process that wrote it; here they only connect records.
 *
 * A segment ends at its last whole record: what a crash tore off was never answered. After a power cut a segment
 * may lack an end that the disk never got although the next segment is there. So each tells which one it follows
 * and how long that is, and one that does not follow what was applied before is passed over: nothing in it can
 * have been made durable, as a sync goes in order.
 *
 * @module
 */

import { Contradiction, Replay } from "./appliers.ts";
import type { Inode } from "../nodes/inode.ts";
import { type SegmentEnd, segmentName } from "../journal/journal.ts";
import {
  RECORD_HEADER_BYTES,
  type RecordReader,
  RecordType,
  type RequestId,
} from "../journal/journal_record.ts";
import { scanSegment } from "../journal/journal_scan.ts";
import { readTail } from "../journal/journal_tail.ts";
import type { WorkingTree } from "../working_tree.ts";

/** A SEGMENT record's three numbers. */
const SEGMENT_BYTES = RECORD_HEADER_BYTES + 3 * 8;

export interface ReplayReport {
  records: number;
  /** Records that named an inode without a name: a file that was unlinked while open. */
  orphaned: number;
  /** Bytes after the last whole record of a segment. */
  tornBytes: number;
  /** Segments that were passed over because something before them is missing, and what they may lack. */
  lost: number[];
  /** The first record that is damaged or contradicts the tree, where the journal therefore ends. */
  damage: { readonly segment: number; readonly position: number; readonly why: string } | null;
  /** Where the journal ends; null if there is nothing in it. */
  end: SegmentEnd | null;
  /** What the node ids in the journal stand for at its end. */
  nodes: ReadonlyMap<number, Inode>;
  /** The largest node id in it. */
  largestNodeId: number;
  /** The last request that was carried out: perhaps it was not answered. */
  lastRequest: RequestId | null;
}

/**
 * Applies the segments in order, as far as they make sense. Throws JournalError if they cannot be read, or if a
 * newer program wrote them.
 */
export function replay(tree: WorkingTree, segments: readonly number[]): ReplayReport {
  const replay = new Replay(tree);
  const report: ReplayReport = {
    records: 0,
    orphaned: 0,
    tornBytes: 0,
    lost: [],
    damage: null,
    end: null,
    nodes: replay.nodes,
    largestNodeId: 0,
    lastRequest: null,
  };
  tree.journaling = false;
  try {
    for (const segment of segments) replaySegment(replay, segment, segments[0]!, report);
  } finally {
    tree.journaling = true;
  }
  report.largestNodeId = replay.largestNodeId;
  return report;
}

function replaySegment(
  replay: Replay,
  segment: number,
  first: number,
  report: ReplayReport,
): void {
  replay.segment = segment;
  let isLost = false;
  const { length, size } = scanSegment(
    replay.tree.journal.directory,
    segment,
    (record, position) => {
      if (position === 0 && !follows(record, segment, first, report.end)) {
        isLost = true;
        return false;
      }
      return apply(replay, record, position, report);
    },
  );
  if (isLost) {
    report.lost.push(segment);
  } else {
    if (report.damage === null && length < size) endInTail(replay, segment, length, size, report);
    if (length > 0) report.end = { segment, length };
  }
}

/** The segment has more bytes than whole records: a crash tore its end off, or that is damaged. */
function endInTail(
  replay: Replay,
  segment: number,
  position: number,
  size: number,
  report: ReplayReport,
): void {
  const path = `${replay.tree.journal.directory}/${segmentName(segment)}`;
  const { damage } = readTail(path, position, size);
  if (damage === null) report.tornBytes += size - position;
  else report.damage = { segment, position, why: damage };
}

/** True if the segment that begins with `record` goes on where the journal ended. */
function follows(
  record: RecordReader,
  segment: number,
  first: number,
  end: SegmentEnd | null,
): boolean {
  if (record.type !== RecordType.SEGMENT || record.length < SEGMENT_BYTES) return false;
  if (record.number() !== segment) return false;
  const previous = record.number();
  // What the snapshot holds is not replayed, and may be gone.
  if (end === null) return previous < first;
  return previous === end.segment && record.number() === end.length;
}

/** Returns false where the journal ends. */
function apply(
  replay: Replay,
  record: RecordReader,
  position: number,
  report: ReplayReport,
): boolean {
  try {
    if (!replay.apply(record, position)) report.orphaned++;
  } catch (error) {
    if (!(error instanceof Contradiction)) throw error;
    report.damage ??= { segment: replay.segment, position, why: error.message };
    return false;
  }
  report.records++;
  // A BIND comes before what was asked for: that may not have been done.
  if (record.type !== RecordType.BIND) report.lastRequest = record.request;
  return true;
}
