/**
 * Which added files are deleted ones at another path.
 *
 * As git finds them: first those with the same content, then those that have at least half of their bytes in common, the
 * most alike first. Empty files are not looked for.
 *
 * @module
 */

import { type InodeRecord, S_IFLNK, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import type { SnapshotChange } from "../snapshots/snapshot_walk.ts";
import { Similarity } from "./similarity.ts";

/** Where an added file comes from. */
export interface Rename {
  /** What was deleted there. */
  readonly from: SnapshotChange;
  /** Percent of the bytes that are the same. */
  readonly similarity: number;
}

const SIMILARITY_MIN = 50;
/** Of files that alone have their name: as git has it. */
const SAME_NAME_MIN = 75;
/** Pairs of files that are compared at most. Beyond, those are found that have the same content, or a name of their own. */
const PAIRS_MAX = 200_000;

/** Added changes → where they come from. Each deleted one is given once. */
export function findRenames(
  store: Store,
  changes: readonly SnapshotChange[],
): Map<SnapshotChange, Rename> {
  const renames = new Map<SnapshotChange, Rename>();
  const gone = new Set(changes.filter(({ before, after }) => after === null && isMovable(before)));
  const made = changes.filter(({ before, after }) => before === null && isMovable(after));
  pairEqual(gone, made, renames);
  const files = [...gone].filter(({ before }) => isFile(before!));
  const others = made.filter((change) => !renames.has(change) && isFile(change.after!));
  const similarity = new Similarity(store);
  pairByName(similarity, files, others, renames);
  pairSimilar(similarity, files, others, renames);
  return renames;
}

/** Of several with one content those with the same inode belong together, then those with the same name. */
function pairEqual(
  gone: Set<SnapshotChange>,
  made: readonly SnapshotChange[],
  renames: Map<SnapshotChange, Rename>,
): void {
  const pair = (key: (record: InodeRecord, path: string) => string) => {
    // The last is the first to be taken.
    const known = Map.groupBy([...gone].reverse(), ({ before, path }) => key(before!, path));
    for (const to of made) {
      if (renames.has(to)) continue;
      const from = known.get(key(to.after!, to.path))?.pop();
      if (from === undefined) continue;
      renames.set(to, { from, similarity: 100 });
      gone.delete(from);
    }
  };
  pair((record) => `${contentKey(record)} ${record.ino}`);
  pair((record, path) => `${contentKey(record)} ${baseName(path)}`);
  pair(contentKey);
}

/** Most files that are moved keep their names: those that nothing else has are compared first, and with nothing else. */
function pairByName(
  similarity: Similarity,
  gone: readonly SnapshotChange[],
  made: readonly SnapshotChange[],
  renames: Map<SnapshotChange, Rename>,
): void {
  const byName = Map.groupBy(gone, ({ path }) => baseName(path));
  for (const [name, [to, another]] of Map.groupBy(made, ({ path }) => baseName(path))) {
    const [from, third] = byName.get(name) ?? [];
    if (from === undefined || another !== undefined || third !== undefined) continue;
    if (similarity.isSpent) return;
    const percent = similarity.of(from.before!, to!.after!, SAME_NAME_MIN);
    if (percent > 0) renames.set(to!, { from, similarity: percent });
  }
}

/** The most alike first, then those with the same name. */
function pairSimilar(
  similarity: Similarity,
  files: readonly SnapshotChange[],
  others: readonly SnapshotChange[],
  renames: Map<SnapshotChange, Rename>,
): void {
  const taken = new Set([...renames.values()].map(({ from }) => from));
  const gone = files.filter((change) => !taken.has(change));
  const made = others.filter((change) => !renames.has(change));
  if (gone.length * made.length > PAIRS_MAX) return;
  const found: { from: SnapshotChange; to: SnapshotChange; percent: number }[] = [];
  for (const to of made) {
    for (const from of gone) {
      if (similarity.isSpent) return;
      const percent = similarity.of(from.before!, to.after!, SIMILARITY_MIN);
      if (percent > 0) found.push({ from, to, percent });
    }
  }
  const sameName = ({ from, to }: typeof found[0]) =>
    Number(baseName(from.path) === baseName(to.path));
  found.sort((a, b) => b.percent - a.percent || sameName(b) - sameName(a));
  for (const { from, to, percent } of found) {
    if (taken.has(from) || renames.has(to)) continue;
    renames.set(to, { from, similarity: percent });
    taken.add(from);
  }
}

function contentKey(record: InodeRecord): string {
  return `${record.mode & S_IFMT} ${record.content}`;
}

function isMovable(record: InodeRecord | null): boolean {
  return record !== null && record.content !== null &&
    (isFile(record) || (record.mode & S_IFMT) === S_IFLNK);
}

function isFile(record: InodeRecord): boolean {
  return (record.mode & S_IFMT) === S_IFREG;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
