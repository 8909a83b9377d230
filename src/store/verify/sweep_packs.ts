/**
 * Gives the space of dead objects back: packs that hold little else are written anew and removed.
 *
 * One step is one durable transaction: dead objects leave the index; or some records are copied and the index names the
 * copies. So it can stop at any step, and anything may be done between two. A pack file goes last, when no
 * row names it any more.
 *
 * Dead objects leave first, those of all packs in the order of their ids, which is that of the rows: pack by pack
 * each step would write most pages of the index.
 *
 * @module
 */

import { LIVE, type ObjectTable, USED } from "../index/object_table.ts";
import { PACK_HEADER_BYTES, RECORD_HEADER_BYTES } from "../format/pack_format.ts";
import type { PackRow } from "../index/object_index.ts";
import { prepared } from "../index/prepared.ts";
import type { StoredObject } from "../pack_rewriter.ts";
import type { Work } from "../format/sliced.ts";
import type { StoreWriter } from "../store_writer.ts";

/** Bytes that are copied in one step, as long as one object is not longer. */
const STEP_BYTES = 4 * 1024 * 1024;
/** Objects that are copied or dropped in one step. */
const STEP_OBJECTS = 2000;

/** Every collection leaves a pack behind that is not full. */
const SMALL_PACK_BYTES = 16 * 1024 * 1024;
const SMALL_PACKS = 8;

/** What a pack holds, bytes. */
export interface PackShare {
  readonly pack: number;
  /** Of its file, up to what is committed. */
  readonly bytes: number;
  /** Of the records of objects that are needed. */
  readonly live: number;
  /** Places in the table of its objects. */
  readonly objects: Uint32Array;
}

export interface Swept {
  packsRemoved: number;
  bytesCopied: number;
  objectsDropped: number;
}

/** What each pack with a number below `end` holds. None of them may have grown since the table was read. */
export function packShares(store: StoreWriter, table: ObjectTable, end: number): PackShare[] {
  const rows = prepared(store.database, "SELECT * FROM packs WHERE number < ? ORDER BY number")
    .all(end) as unknown as PackRow[];
  const counts = new Map<number, number>();
  for (let at = 0; at < table.count; at++) {
    counts.set(table.pack(at), (counts.get(table.pack(at)) ?? 0) + 1);
  }
  const objects = new Map<number, { places: Uint32Array; used: number; live: number }>();
  for (const [pack, count] of counts) {
    objects.set(pack, { places: new Uint32Array(count), used: 0, live: 0 });
  }
  for (let at = 0; at < table.count; at++) {
    const of = objects.get(table.pack(at))!;
    of.places[of.used++] = at;
    if (isNeeded(table, at)) of.live += RECORD_HEADER_BYTES + table.stored(at);
  }
  return rows.map(({ number, bytes }) => {
    const of = objects.get(number);
    return { pack: number, bytes, live: of?.live ?? 0, objects: of?.places ?? new Uint32Array(0) };
  });
}

function isNeeded(table: ObjectTable, at: number): boolean {
  return (table.marks[at]! & (LIVE | USED)) !== 0;
}

/**
 * The packs of which at least `garbage` (a part of 1) is dead, those with least to copy first; and small packs where
 * there are many, to make one of them.
 */
export function packsToSweep(shares: readonly PackShare[], garbage: number): PackShare[] {
  const small = shares.filter(({ bytes }) => bytes < SMALL_PACK_BYTES);
  return shares.filter((share) => {
    if (small.length > SMALL_PACKS && share.bytes < SMALL_PACK_BYTES) return true;
    const total = Math.max(1, share.bytes - PACK_HEADER_BYTES);
    return total - share.live > 0 && (total - share.live) / total >= garbage;
  }).sort((a, b) => a.live - b.live);
}

/**
 * Writes the live objects of `packs` elsewhere and removes them. Yields after each step.
 *
 * @param onRemoved told of each pack whose file is gone, so that readers close it
 */
export function* sweepPacks(
  store: StoreWriter,
  table: ObjectTable,
  packs: readonly PackShare[],
  onRemoved: (pack: number) => void,
): Work<Swept> {
  const swept: Swept = { packsRemoved: 0, bytesCopied: 0, objectsDropped: 0 };
  const isDropped = yield* dropDead(store, table, packs, swept);
  const total = packs.reduce((sum, { live }) => sum + live, 0);
  for (const { pack, objects } of packs) {
    const kept = objects.filter((at) => isDropped[at] === 0);
    // What was written together stays together.
    kept.sort((a, b) => table.offset(a) - table.offset(b));
    let next = 0;
    do {
      next = move(store, table, pack, kept, next, swept);
      if (next === kept.length) {
        onRemoved(pack);
        swept.packsRemoved++;
      }
      yield { phase: "sweep", done: swept.bytesCopied, total, unit: "bytes" };
    } while (next < kept.length);
  }
  return swept;
}

/**
 * Takes the dead objects of `packs` out of the index. Results in which they were: one of them may be put again before
 * its pack is gone, and is another then.
 */
function* dropDead(
  store: StoreWriter,
  table: ObjectTable,
  packs: readonly PackShare[],
  swept: Swept,
): Work<Uint8Array> {
  const isDropped = new Uint8Array(table.count);
  const total = packs.reduce((sum, { objects }) => sum + objects.length, 0);
  const numbers = new Set(packs.map(({ pack }) => pack));
  let seen = 0;
  for (let at = 0; at < table.count;) {
    const dead: number[] = [];
    for (; at < table.count && dead.length < STEP_OBJECTS; at++) {
      if (!numbers.has(table.pack(at))) continue;
      seen++;
      if (!isNeeded(table, at)) dead.push(at);
    }
    if (dead.length > 0) store.rewriter.drop(stored(table, dead));
    for (const place of dead) isDropped[place] = 1;
    swept.objectsDropped += dead.length;
    yield { phase: "drop", done: seen, total, unit: "objects" };
  }
  return isDropped;
}

/** Moves some objects of a pack, and removes it with the last of them. Returns where to go on. */
function move(
  store: StoreWriter,
  table: ObjectTable,
  pack: number,
  objects: Uint32Array,
  first: number,
  swept: Swept,
): number {
  let bytes = 0;
  let next = first;
  for (; next < objects.length && bytes < STEP_BYTES && next - first < STEP_OBJECTS; next++) {
    bytes += RECORD_HEADER_BYTES + table.stored(objects[next]!);
  }
  const moved = stored(table, [...objects.subarray(first, next)]);
  store.rewriter.move(pack, moved, next === objects.length);
  swept.bytesCopied += bytes;
  return next;
}

function stored(table: ObjectTable, places: readonly number[]): StoredObject[] {
  return places.map((at) => ({ id: table.id(at), location: table.location(at) }));
}
