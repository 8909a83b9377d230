/**
 * Makes the merged snapshot of what was decided for each path.
 *
 * @module
 */

import type { InodeEntry, InodeRecord, Snapshot, TreeEntry } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { sameRecord } from "../snapshots/link_changes.ts";
import { applyEdits, type PathEdits, TreeEdits } from "../snapshots/path_edits.ts";
import { recordOf } from "../snapshots/record.ts";
import { emptyTotals } from "../snapshots/totals.ts";
import { isDirectorySide, type MergeNode } from "./merge_node.ts";
import { secondsOf } from "./merge_record.ts";
import type { PlacedInodes } from "./place_inodes.ts";

/**
 * Stores `ours` with the outcome of every node in it. Directories that come from theirs as a whole are not written again.
 *
 * @param nodes decided, directories before what is in them
 * @param linkRecords records of the link table of ours that become others
 * @param now milliseconds since 1970
 */
export function assemble(
  store: StoreWriter,
  ours: Snapshot,
  nodes: readonly MergeNode[],
  placed: PlacedInodes,
  linkRecords: ReadonlyMap<number, InodeRecord>,
  now: number,
): Snapshot {
  const entries = new Map(placed.entries);
  for (const [node, record] of changedDirectories(nodes, now)) {
    entries.set(node, { ...record, name: node.name, linked: false });
  }
  const links = linkChanges(store, ours.links, nodes, entries, placed.links, linkRecords);
  if (entries.size === 0 && links.size === 0) return ours;
  const root = entries.get(nodes[0]!) as InodeEntry | undefined;
  return {
    root: applyEdits(store, root ?? ours.root, editsOf(nodes, entries)),
    links: store.updateLinks(ours.links, links),
  };
}

/** Directories of ours that stay, with attributes that change: times where names come or go. */
function changedDirectories(nodes: readonly MergeNode[], now: number): Map<MergeNode, InodeRecord> {
  const changed = new Map<MergeNode, InodeRecord>();
  const staysDirectory = ({ outcome, held }: MergeNode) =>
    isDirectorySide(held) && (outcome.type === "held" || outcome.type === "inode");
  for (const node of nodes) {
    const { outcome, parent } = node;
    if (staysDirectory(node) && outcome.type === "inode") changed.set(node, outcome.record);
    if (parent === null || !staysDirectory(parent) || (node.held !== null) === node.live) continue;
    const record = changed.get(parent) ?? parent.held!.record;
    changed.set(parent, { ...recordOf(record), ...timesOfChange(parent, now) });
  }
  return changed;
}

/** Theirs, if all the changes of names are; otherwise now. */
function timesOfChange({ base, held, theirs }: MergeNode, now: number) {
  const untouched = isDirectorySide(base) && base.record.content === held!.record.content;
  if (untouched && isDirectorySide(theirs)) {
    const { mtimeSec, mtimeNsec, ctimeSec, ctimeNsec } = theirs.record;
    return { mtimeSec, mtimeNsec, ctimeSec, ctimeNsec };
  }
  const { sec, nsec } = secondsOf(now);
  return { mtimeSec: sec, mtimeNsec: nsec, ctimeSec: sec, ctimeNsec: nsec };
}

/** New records, other records and other numbers of names in the link table of ours. */
function linkChanges(
  store: StoreWriter,
  table: ObjectId | null,
  nodes: readonly MergeNode[],
  entries: ReadonlyMap<MergeNode, TreeEntry | null>,
  made: ReadonlyMap<number, InodeRecord>,
  records: ReadonlyMap<number, InodeRecord>,
): Map<number, InodeRecord | null> {
  const names = new Map<number, number>();
  const count = (ino: number, by: number) => names.set(ino, (names.get(ino) ?? 0) + by);
  for (const node of nodes) {
    const after = entries.get(node);
    if (after === undefined) continue;
    if (node.held?.linked) count(node.held.record.ino, -1);
    if (after?.linked && !made.has(after.ino)) count(after.ino, 1);
  }
  const changes = new Map<number, InodeRecord | null>(records);
  for (const [ino, by] of names) {
    const record = records.get(ino) ?? store.readLink(table, ino);
    if (by === 0 || record === null) continue;
    const nlink = record.nlink + by;
    changes.set(ino, nlink === 0 ? null : { ...record, nlink });
  }
  for (const [ino, record] of made) changes.set(ino, record);
  return changes;
}

function editsOf(
  nodes: readonly MergeNode[],
  entries: ReadonlyMap<MergeNode, TreeEntry | null>,
): PathEdits {
  const edits = new TreeEdits();
  const whole = wholeDirectories(nodes, entries);
  /** Directories below which nothing is to be written. */
  const closed = new Set<MergeNode>();
  for (const node of nodes) {
    const entry = entries.get(node);
    const closes = whole.has(node) || (entry !== undefined && !isDirectoryEntry(entry));
    if (closes || (node.parent !== null && closed.has(node.parent))) closed.add(node);
    if (entry === undefined || node.parent === null || closed.has(node.parent)) continue;
    const isNew = isDirectoryEntry(entry) && !isDirectorySide(node.held) && !whole.has(node);
    edits.at(node.parent).entries.set(
      node.name,
      isNew ? { ...entry, content: null, ...emptyTotals() } as InodeEntry : entry,
    );
  }
  return edits.root;
}

/** Directories that ours does not have and that are in the result, with all that is in them, the very ones of theirs. */
function wholeDirectories(
  nodes: readonly MergeNode[],
  entries: ReadonlyMap<MergeNode, TreeEntry | null>,
): Set<MergeNode> {
  const whole = new Set<MergeNode>();
  const differing = new Set<MergeNode>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (isDirectorySide(node.offered) && !isDirectorySide(node.held) && !differing.has(node)) {
      whole.add(node);
    }
    const same = whole.has(node) || !isDirectorySide(node.offered);
    if (!same || !isOffered(node, entries.get(node))) {
      whole.delete(node);
      if (node.parent !== null) differing.add(node.parent);
    }
  }
  return whole;
}

/** True if the entry is the one that theirs has at the path. */
function isOffered(node: MergeNode, entry: TreeEntry | null | undefined): boolean {
  const { offered, outcome } = node;
  if (offered === null) return !node.live;
  if (outcome.type !== "theirs" || outcome.side !== offered || !entry) return false;
  if (entry.ino !== offered.record.ino || entry.linked !== offered.linked) return false;
  return entry.linked || sameRecord(entry, offered.record);
}

function isDirectoryEntry(entry: TreeEntry | null): boolean {
  return entry !== null && !entry.linked && isDirectorySide({ record: entry, linked: false });
}
