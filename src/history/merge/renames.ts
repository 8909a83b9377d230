/**
 * Finds the files that one side moved as a whole.
 *
 * A file that is gone and one that is new are the same if their contents are: where several are gone or new with
 * one content, those with the same inode number belong together, and one that is left on either side with
 * one on the other. A file that was moved and edited is recognised by its inode number, if at least half of its
 * lines are still there: a number alone says nothing, since file systems give those of deleted files again.
 * Empty files and hard links are not looked for.
 *
 * @module
 */

import { S_IFLNK, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { isDirectorySide, type MergeNode, type Side } from "./merge_node.ts";
import { isUnchanged } from "./merge_record.ts";
import type { SharedInodes } from "./shared_inodes.ts";
import { readText, splitLines } from "./lines/text.ts";

/** Where it was → where it is. */
export type Renames = Map<MergeNode, MergeNode>;

interface Group {
  gone: MergeNode[];
  made: MergeNode[];
}

export function findRenames(
  store: Store,
  nodes: readonly MergeNode[],
  which: "ours" | "theirs",
  shared: SharedInodes,
): Renames {
  const groups = groupByContent(nodes, which, shared);
  const renames: Renames = new Map();
  const gone: MergeNode[] = [];
  const made: MergeNode[] = [];
  for (const group of groups.values()) {
    pairByInode(group, which, () => true, renames);
    const [from, to] = [group.gone[0], group.made[0]];
    if (group.gone.length === 1 && group.made.length === 1) renames.set(from!, to!);
    else {
      gone.push(...group.gone);
      made.push(...group.made);
    }
  }
  const other = which === "ours" ? "theirs" : "ours";
  const wanted = gone.filter((node) =>
    !isUnchanged(node.base!.record, node[other]?.record ?? null)
  );
  pairByInode(
    { gone: wanted, made },
    which,
    (from, to) => similar(store, from.base!, to[which]!),
    renames,
  );
  return renames;
}

function groupByContent(
  nodes: readonly MergeNode[],
  which: "ours" | "theirs",
  shared: SharedInodes,
): Map<string, Group> {
  const groups = new Map<string, Group>();
  const groupOf = (side: Side) => {
    const key = `${side.record.mode & S_IFMT} ${side.record.content}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, group = { gone: [], made: [] });
    return group;
  };
  const canMove = (side: Side | null): side is Side => isMovable(side) && shared.of(side) === null;
  for (const node of nodes) {
    const [before, after] = [node.base, node[which]];
    if (canMove(before) && (after === null || isDirectorySide(after))) {
      groupOf(before).gone.push(node);
    }
    if (canMove(after) && (before === null || isDirectorySide(before))) {
      groupOf(after).made.push(node);
    }
  }
  return groups;
}

/** Takes those with equal numbers out of the group. */
function pairByInode(
  group: Group,
  which: "ours" | "theirs",
  alike: (from: MergeNode, to: MergeNode) => boolean,
  renames: Renames,
): void {
  if (group.gone.length === 0 || group.made.length === 0) return;
  const made = new Map(group.made.map((node) => [node[which]!.record.ino, node]));
  const found = new Set<MergeNode>();
  for (const from of group.gone) {
    const to = made.get(from.base!.record.ino);
    if (to === undefined || found.has(to) || !alike(from, to)) continue;
    renames.set(from, to);
    found.add(from).add(to);
  }
  group.gone = group.gone.filter((node) => !found.has(node));
  group.made = group.made.filter((node) => !found.has(node));
}

function isMovable(side: Side | null): side is Side {
  if (side === null || side.linked || side.record.content === null) return false;
  const kind = side.record.mode & S_IFMT;
  return kind === S_IFREG || kind === S_IFLNK;
}

/** True if both are text and have at least half of the longer one's lines in common. */
function similar(store: Store, a: Side, b: Side): boolean {
  if ((a.record.mode & S_IFMT) !== S_IFREG || (b.record.mode & S_IFMT) !== S_IFREG) return false;
  const [before, after] = [readText(store, a.record), readText(store, b.record)];
  if (before === null || after === null) return false;
  const [from, to] = [splitLines(before), splitLines(after)];
  const counts = new Map<string, number>();
  for (const line of from) counts.set(line, (counts.get(line) ?? 0) + 1);
  let common = 0;
  for (const line of to) {
    const left = counts.get(line) ?? 0;
    if (left === 0) continue;
    common++;
    counts.set(line, left - 1);
  }
  return 2 * common >= Math.max(from.length, to.length);
}
