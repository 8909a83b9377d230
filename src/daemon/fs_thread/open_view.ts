/**
 * Opening a view: the tree of a branch as its journal has it, or of a checkpoint.
 *
 * @module
 */

import { failureCode } from "../../host/failure.ts";
import { binaryString } from "../../../ffi/binary_string.ts";
import { MAIN_VIEW, type View } from "../../mount/views.ts";
import type { Connection } from "../../mount/fuse/init.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import type { Store } from "../../store/store.ts";
import { Journal, listSegments } from "../../tree/journal/journal.ts";
import type { RecordWriter } from "../../tree/journal/journal_record.ts";
import { keepDamaged } from "../../tree/replay/keep_damaged.ts";
import { loadNodes, NO_NODES } from "../../tree/nodes/load_nodes.ts";
import { NodeLog } from "../../tree/nodes/node_log.ts";
import { replay, type ReplayReport } from "../../tree/replay/replay.ts";
import { keptOutFiles } from "../../tree/kept_out.ts";
import { unlink } from "../../tree/operations/names.ts";
import { Status } from "../../tree/status.ts";
import { restoreListings } from "../../tree/operations/listing.ts";
import { renumberNodes, restoreNodes } from "../../tree/replay/restore_nodes.ts";
import { beginSegment } from "../../tree/capture/take_capture.ts";
import { WorkingTree } from "../../tree/working_tree.ts";
import type { ViewStart } from "../threads/messages.ts";
import type { OwnNames } from "./own_names.ts";

export interface OpenedView {
  readonly view: View;
  readonly replayed: number;
  readonly tornBytes: number;
  /** What the kernel knows of the view, as the view numbers it. */
  readonly nodeIds: readonly number[];
  /** How many of them stand for nothing any more. */
  readonly lost: number;
  /** What INIT agreed on, in the main view of a mount that is taken over. */
  readonly connection: Connection | null;
}

export interface OpenOptions {
  readonly store: Store;
  /** Directory of the project. */
  readonly source: string;
  /** Builds the records of all journals. */
  readonly record: RecordWriter;
  /** Files that the system makes by itself. */
  readonly names: OwnNames;
  /** The kernel may know nodes of the view from a server before this one. */
  readonly resume: boolean;
}

/** Throws what opening a journal or the source throws. */
export function openView(start: ViewStart, options: OpenOptions): OpenedView {
  const journal = new Journal(start.directory, options.record);
  const tree = makeTree(start, journal, options);
  tree.keepsOut = options.names.isOwnName;
  const journalEnd = replayJournal(start, tree);
  const { connection, nodeIds, lost } = takeOver(start, tree, journalEnd, options.resume);
  if (!options.resume) removeOpenOnly(tree, options.names);
  const { records, tornBytes, lastRequest } = journalEnd;
  const { number, branch, writable, inodeSpace } = start;
  const view = {
    number,
    tree,
    branch,
    writable,
    inodeSpace,
    // In another mount the number of that request is another one's.
    completed: options.resume ? lastRequest : null,
    frozen: false,
    isRouted: false,
    isKept: options.resume || number === MAIN_VIEW,
  };
  return { view, replayed: records, tornBytes, nodeIds, lost, connection };
}

/** Files that were open in a mount that is gone. */
function removeOpenOnly(tree: WorkingTree, { isOpenOnly }: OwnNames): void {
  const left = [...keptOutFiles(tree)].filter(({ inode }) => isOpenOnly(inode.name));
  for (const { parent, inode } of left) {
    const status = unlink(tree, parent, inode.name, false);
    if (status !== Status.Ok) console.error(`${inode.name} is left over: status ${status}`);
  }
}

function makeTree(start: ViewStart, journal: Journal, options: OpenOptions): WorkingTree {
  const { snapshot, nextInode } = start;
  if (snapshot !== null) return new WorkingTree(options.store, null, journal, snapshot, nextInode);
  const source = new SourceDirectory(binaryString(options.source));
  const root = source.root();
  if (typeof root === "number") {
    throw new Error(`Cannot look at ${options.source}: ${failureCode(root)}`);
  }
  return new WorkingTree(options.store, source, journal, { source: root }, nextInode);
}

function replayJournal(start: ViewStart, tree: WorkingTree): ReplayReport {
  const { journal } = tree;
  const segments = listSegments(start.directory);
  const live = segments.filter((segment) => segment >= start.segment);
  const journalEnd = replay(tree, live);
  reportDamage(start.directory, journalEnd);
  journal.takeOver(live, journalEnd.end);
  journal.segment = Math.max(start.segment - 1, segments.at(-1) ?? 0);
  tree.safeSegment = live[0] ?? start.segment;
  return journalEnd;
}

function reportDamage(directory: string, journalEnd: ReplayReport): void {
  const kept = keepDamaged(directory, journalEnd);
  const { damage } = journalEnd;
  if (damage !== null) {
    const { segment, position, why } = damage;
    console.error(`Journal segment ${segment} is damaged at byte ${position}: ${why}`);
  }
  if (kept.length > 0) {
    console.error(`What follows in the journal is not replayed. It is kept: ${kept.join(", ")}`);
  }
}

/** Puts the node ids right, and begins a journal segment. */
function takeOver(start: ViewStart, tree: WorkingTree, end: ReplayReport, resume: boolean) {
  const path = `${start.directory}/nodes`;
  const { connection, nodes, forgotten, largest, listings, damagedAt } = resume
    ? loadNodes(path)
    : NO_NODES;
  if (damagedAt !== null) {
    console.error(`${path} is damaged at byte ${damagedAt}: some open files answer ESTALE`);
  }
  const nodeIds = [...nodes.keys()];
  renumberNodes(tree, Math.max(largest, end.largestNodeId));
  const log = new NodeLog(path);
  tree.nodes.keepIn(log);
  log.keep(forgotten, tree.nodes.next - 1);
  if (connection !== null) log.connected(connection);
  const lost = restoreNodes(tree, end, nodes, forgotten).length;
  restoreListings(tree, listings);
  // Should this server die before that request comes again, the next one still has to know of it.
  if (resume && end.lastRequest !== null) Object.assign(tree.journal.request, end.lastRequest);
  if (start.writable) beginSegment(tree);
  tree.nodes.flushLog();
  return { connection, nodeIds, lost };
}
