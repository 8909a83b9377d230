/**
 * Which inode each path of a merge's result names: numbers and hard links.
 *
 * Hard links are kept as inodes:
 * - A name that theirs gave to an inode that ours has too becomes a name of that inode.
 * - Names that theirs gave to an inode of its own become names of one new inode; a single one is an ordinary file.
 * - Where contents of different inodes were merged into a name of a hard link, that name gets an inode of its own.
 *
 * @module
 */

import type { InodeEntry, InodeRecord, TreeEntry } from "../../store/trees/entry.ts";
import { recordOf } from "../snapshots/record.ts";
import { InodeNumbers } from "./inode_numbers.ts";
import type { LinkRecords } from "./merge_links.ts";
import { isDirectorySide, type MergeNode, type Side } from "./merge_node.ts";
import type { SharedInodes } from "./shared_inodes.ts";

export interface PlacedInodes {
  /** What becomes of the paths that are not as ours has them; null where nothing is left. Directories as theirs. */
  readonly entries: ReadonlyMap<MergeNode, TreeEntry | null>;
  /** Inodes that are new in the link table. */
  readonly links: ReadonlyMap<number, InodeRecord>;
  /** See {@linkcode MergeResult.highestInode}. */
  readonly highestInode: number;
}

/** Names that are one inode in the result. */
interface Group {
  readonly nodes: MergeNode[];
  readonly record: InodeRecord;
  /** Its number, or null while it has none. */
  ino: number | null;
}

/**
 * @param nodes decided, directories before what is in them
 * @param linkOf the record that ours has in its link table
 * @param moved records of inodes that keep only names of theirs
 */
export function placeInodes(
  nodes: readonly MergeNode[],
  shared: SharedInodes,
  linkOf: (ino: number) => InodeRecord | null,
  moved: LinkRecords["moved"],
  allocateInode: () => number,
): PlacedInodes {
  const entries = new Map<MergeNode, TreeEntry | null>();
  const numbers = new InodeNumbers(nodes, allocateInode);
  const groups: Group[] = [];
  const byNumber = new Map<number, Group>();
  for (const node of nodes) {
    const { outcome, name } = node;
    if (outcome.type === "held") continue;
    if (outcome.type === "none") {
      if (node.held !== null) entries.set(node, null);
    } else if (outcome.type === "inode") {
      const { record } = outcome;
      if (!outcome.separate) entries.set(node, ordinaryEntry(name, record, record.ino));
      else groups.push({ nodes: [node], record, ino: separateNumber(node.theirs, numbers) });
    } else if (!outcome.side.linked && shared.of(outcome.side) === null) {
      const { record } = outcome.side;
      groups.push({ nodes: [node], record, ino: numbers.claim(record.ino) ? record.ino : null });
    } else {
      const { record } = outcome.side;
      const { ino } = record;
      if (shared.of(outcome.side) !== null && linkOf(ino) !== null) {
        entries.set(node, { name, linked: true, ino });
        continue;
      }
      let group = byNumber.get(ino);
      if (group === undefined) {
        group = homeGroup(shared, ino) ??
          { nodes: [], record: moved.get(ino) ?? record, ino: numbers.claim(ino) ? ino : null };
        byNumber.set(ino, group);
        groups.push(group);
      }
      group.nodes.push(node);
    }
  }
  const links = new Map<number, InodeRecord>();
  for (const group of groups) {
    const { nodes, record } = group;
    const ino = group.ino ?? numbers.give();
    if (nodes.length > 1) links.set(ino, { ...recordOf(record), ino, nlink: nodes.length });
    for (const node of nodes) {
      entries.set(
        node,
        nodes.length > 1
          ? { name: node.name, linked: true, ino }
          : ordinaryEntry(node.name, record, ino),
      );
    }
  }
  return { entries, links, highestInode: numbers.highest };
}

/** The names of an inode that is an ordinary file in ours and stays, to which theirs gave further names. */
function homeGroup(shared: SharedInodes, ino: number): Group | null {
  const home = shared.ordinary("ours", ino);
  if (home === null || shared.record("base", ino) === null || !shared.keeps(home, ino)) return null;
  const { outcome, held } = home;
  if (outcome.type === "held") return { nodes: [home], record: held!.record, ino };
  return outcome.type === "inode" ? { nodes: [home], record: outcome.record, ino } : null;
}

/** The number for a name that leaves its hard link: that of theirs, if it has one of its own. */
function separateNumber(theirs: Side | null, numbers: InodeNumbers): number | null {
  if (theirs === null || theirs.linked || !numbers.claim(theirs.record.ino)) return null;
  return theirs.record.ino;
}

function ordinaryEntry(name: string, record: InodeRecord, ino: number): InodeEntry {
  const nlink = isDirectorySide({ record, linked: false }) ? record.nlink : 1;
  return { ...recordOf(record), ino, nlink, name, linked: false };
}
