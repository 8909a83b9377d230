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
import { readContent } from "./text.ts";

/** Where an added file comes from. */
export interface Rename {
  /** What was deleted there. */
  readonly from: SnapshotChange;
  /** Percent of the bytes that are the same. */
  readonly similarity: number;
}

const SIMILARITY_MIN = 50;
/** Pairs of files that are compared at most: about a second. Beyond, only equal contents are found. */
const PAIRS_MAX = 200_000;
/** Bytes that are read to compare them. */
const BYTES_MAX = 64 * 1024 * 1024;
/** A line is compared in pieces of this length, so that files without lines can be alike too. */
const PIECE = 64;

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
  pairSimilar(store, files, others, renames);
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

function pairSimilar(
  store: Store,
  gone: readonly SnapshotChange[],
  made: readonly SnapshotChange[],
  renames: Map<SnapshotChange, Rename>,
): void {
  if (gone.length === 0 || made.length === 0 || gone.length * made.length > PAIRS_MAX) return;
  const bytes = [...gone, ...made].reduce(
    (sum, { before, after }) => sum + (before ?? after)!.size,
    0,
  );
  if (bytes > BYTES_MAX) return;
  const pieces = new Map<SnapshotChange, Map<string, number> | null>();
  const piecesOf = (change: SnapshotChange) => {
    let known = pieces.get(change);
    if (known === undefined) {
      const content = readContent(store, change.before ?? change.after);
      pieces.set(change, known = content === null ? null : countPieces(content));
    }
    return known;
  };
  const found: { from: SnapshotChange; to: SnapshotChange; similarity: number }[] = [];
  for (const to of made) {
    for (const from of gone) {
      const [a, b] = [from.before!.size, to.after!.size];
      if (Math.min(a, b) * 100 < SIMILARITY_MIN * Math.max(a, b)) continue;
      const [old, now] = [piecesOf(from), piecesOf(to)];
      if (old === null || now === null) continue;
      const similarity = Math.floor(commonBytes(old, now) * 100 / Math.max(a, b));
      if (similarity >= SIMILARITY_MIN) found.push({ from, to, similarity });
    }
  }
  const sameName = ({ from, to }: typeof found[0]) =>
    Number(baseName(from.path) === baseName(to.path));
  found.sort((a, b) => b.similarity - a.similarity || sameName(b) - sameName(a));
  const taken = new Set<SnapshotChange>();
  for (const { from, to, similarity } of found) {
    if (taken.has(from) || renames.has(to)) continue;
    renames.set(to, { from, similarity });
    taken.add(from);
  }
}

/** Lines, long ones in pieces → bytes they take together. */
function countPieces(content: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start < content.length;) {
    const feed = content.indexOf("\n", start);
    const end = Math.min(feed < 0 ? content.length : feed + 1, start + PIECE);
    const piece = content.slice(start, end);
    counts.set(piece, (counts.get(piece) ?? 0) + piece.length);
    start = end;
  }
  return counts;
}

function commonBytes(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  let common = 0;
  for (const [piece, bytes] of few) common += Math.min(bytes, many.get(piece) ?? 0);
  return common;
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
