/**
 * Decides which names of hard-linked inodes keep the inode that they have, and what becomes of the others.
 *
 * The numbers in two snapshots need not agree: one of them may come from a merge. What counts is which names are
 * together. A name that is in the right company, with the right content, is not touched.
 *
 * @module
 */

import { changedDetails } from "../history/snapshots/compare_records.ts";
import { lookupPath } from "../history/snapshots/lookup_path.ts";
import { isDirectory, isDirectoryRecord } from "../history/snapshots/record.ts";
import type { Work } from "../store/format/sliced.ts";
import type { Store } from "../store/store.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import type { InodeRecord, Snapshot } from "../store/trees/entry.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { isOtherContent } from "./other_content.ts";
import type { LinkGroup, Steps } from "./steps.ts";

/** A name that is one of several in either snapshot. */
export interface LinkPair {
  readonly path: SourcePath;
  readonly before: InodeRecord | null;
  readonly after: InodeRecord;
  readonly wasLinked: boolean;
  readonly isLinked: boolean;
}

/** Adds the steps for `pairs`: those of all names that the walk of a difference came across. */
export function* groupLinks(
  store: Store,
  from: Snapshot | null,
  to: Snapshot,
  pairs: readonly LinkPair[],
  steps: Steps,
): Work<void> {
  if (pairs.length === 0) return;
  const groups = groupsOf(pairs);
  const inodes = keptInodes(store, from, to, groups);
  const sought = new Map<number, SourcePath[]>();
  for (const [group, ino] of inodes) {
    // Only where no name that the walk saw has it: then others do, in directories that are the same in both.
    const isOrphan = ino !== null && !group.some((pair) => keeps(pair, ino));
    if (isOrphan) sought.set(ino, []);
  }
  if (sought.size > 0) yield* findNames(store, from!, sought);
  for (const [group, ino] of inodes) {
    // Those that have it in both: a number may be another inode's in another snapshot.
    const known = (ino === null ? undefined : sought.get(ino))
      ?.filter((path) => lookupPath(store, to, `${path}`)?.ino === ino);
    addSteps(group, ino, known ?? [], store.readLink(from?.links ?? null, ino ?? -1), steps);
  }
}

/** The names that are to share an inode. */
function groupsOf(pairs: readonly LinkPair[]): LinkPair[][] {
  const shared = new Map<number, LinkPair[]>();
  const groups: LinkPair[][] = [];
  for (const pair of pairs) {
    const group = pair.isLinked ? shared.get(pair.after.ino) : undefined;
    if (group !== undefined) group.push(pair);
    else {
      const made = [pair];
      groups.push(made);
      if (pair.isLinked) shared.set(pair.after.ino, made);
    }
  }
  return groups;
}

/** Which of the inodes that were seen each group keeps; null where none. None is kept by two. */
function keptInodes(
  store: Store,
  from: Snapshot | null,
  to: Snapshot,
  groups: readonly LinkPair[][],
): Map<LinkPair[], number | null> {
  const kept = new Map<LinkPair[], number | null>();
  const taken = new Set<number>();
  for (const group of groups) {
    const { ino } = group[0]!.after;
    if (group.some((pair) => keeps(pair, ino)) || hasNamesElsewhere(store, from, group)) {
      kept.set(group, ino);
      taken.add(ino);
    } else kept.set(group, null);
  }
  for (const group of groups) {
    if (kept.get(group) !== null) continue;
    const pair = group.find(({ before, after }) =>
      before !== null && !isOtherContent(before, after) && !taken.has(before.ino) &&
      store.readLink(to.links, before.ino) === null
    );
    if (pair === undefined) continue;
    kept.set(group, pair.before!.ino);
    taken.add(pair.before!.ino);
  }
  return kept;
}

function keeps({ before, after }: LinkPair, ino: number): boolean {
  return before?.ino === ino && !isOtherContent(before, after);
}

/** True if names that the walk did not come across have the inode, as it is to be. */
function hasNamesElsewhere(
  store: Store,
  from: Snapshot | null,
  group: readonly LinkPair[],
): boolean {
  const { after, isLinked } = group[0]!;
  if (!isLinked || group.length >= after.nlink || from === null) return false;
  const before = store.readLink(from.links, after.ino);
  return before !== null && !isOtherContent(before, after);
}

function addSteps(
  group: readonly LinkPair[],
  ino: number | null,
  elsewhere: readonly SourcePath[],
  linked: InodeRecord | null,
  steps: Steps,
): void {
  const staying = ino === null ? [] : group.filter((pair) => keeps(pair, ino));
  for (const { path, before, after } of staying) {
    if (changedDetails(before!, after).length > 0) steps.attributes.push({ path, before, after });
  }
  const moving = group.filter((pair) => !staying.includes(pair));
  if (moving.length === 0) return;
  const links: LinkGroup = {
    kept: [...staying.map(({ path }) => path), ...elsewhere],
    before: staying[0]?.before ?? linked,
  };
  const isAlone = !group[0]!.isLinked;
  // A name that has no directory in its way, if there is one, is written before the others are linked to it.
  const first = links.kept.length > 0
    ? undefined
    : moving.find(({ before }) => !isDirectoryRecord(before)) ?? moving[0]!;
  for (const pair of moving) {
    const { path, before, after } = pair;
    const isApart = before !== null && !isOtherContent(before, after);
    const step = { path, before, after, isApart, group: isAlone ? null : links };
    const overDirectory = isDirectoryRecord(before);
    if (pair === first) {
      (overDirectory ? steps.writesOverDirectories : steps.writes).push(step);
    } else {
      const list = overDirectory ? steps.linksOverDirectories : steps.links;
      list.push({ ...step, group: links });
    }
  }
}

/** Fills in the names in `from` of the inodes. There is no shorter way than to look through the tree. */
function* findNames(
  store: Store,
  from: Snapshot,
  sought: ReadonlyMap<number, SourcePath[]>,
): Work<void> {
  const stack: { path: SourcePath; tree: ObjectId | null }[] = [
    { path: SourcePath.ROOT, tree: from.root.content },
  ];
  let done = 0;
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const entry of store.readTree(at.tree)) {
      if (isDirectory(entry)) {
        stack.push({ path: at.path.child(entry.name), tree: entry.content });
      } else if (entry.linked) sought.get(entry.ino)?.push(at.path.child(entry.name));
    }
    done++;
    yield { phase: "comparing", done, total: 0, unit: "records" };
  }
}
