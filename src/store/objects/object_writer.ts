/**
 * Puts objects: finds out whether the store has them, appends them, and commits what was put.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { CommitMark } from "../files/commit_mark.ts";
import type { FileCalls } from "../files/file_calls.ts";
import type { Hasher } from "../format/hasher.ts";
import { databaseError } from "../files/io_error.ts";
import { KnownIds } from "../index/known_ids.ts";
import type { Location } from "../format/location.ts";
import { getMeta, metaRow, PUT_META, rollBack } from "../index/meta.ts";
import { type ObjectId, objectIdBytes } from "../format/object_id.ts";
import type { ObjectReader, PendingObjects } from "./object_reader.ts";
import {
  hashObject,
  OBJECT_TYPE_CODES,
  type ObjectSink,
  type ObjectType,
} from "../format/object_type.ts";
import type { PackAppender } from "../packs/pack_appender.ts";
import { ENCODING_PLAIN, OBJECT_BYTES_MAX, type RecordHeader } from "../format/pack_format.ts";
import { quarantined, release } from "../index/quarantine.ts";
import { StoreError } from "../format/store_error.ts";
import { indexPath } from "../files/store_paths.ts";

/** Searches in the index that may find nothing before the known ids are loaded, plus a part of their number. */
const LOAD_AFTER_MISSES = 256;
/** A search that finds nothing costs about as much as loading this many ids. */
const LOAD_RATIO = 12;

/** Objects put since the last commit, as a reader sees them. */
export class Pending implements PendingObjects {
  readonly locations = new Map<ObjectId, Location>();

  constructor(readonly appender: PackAppender) {}

  find(id: ObjectId): Location | undefined {
    return this.locations.get(id);
  }

  copy(pack: number, offset: number, into: Uint8Array, length: number): boolean {
    return this.appender.copy(pack, offset, into, length);
  }
}

export class ObjectWriter implements ObjectSink {
  readonly #directory: string;
  readonly #database: DatabaseSync;
  readonly #hasher: Hasher;
  readonly #reader: ObjectReader;
  readonly #pending: Pending;
  readonly #insert: StatementSync;
  readonly #addToPack: StatementSync;
  /** Copies of committed objects that the next commit makes the index name. */
  readonly #moved = new Map<ObjectId, Location>();
  readonly #move: StatementSync;
  /** Told of each object that somebody relies on from now on; null while nobody collects garbage. */
  onUse: ((id: ObjectId) => void) | null = null;
  /** Objects that are lost: few, as a rule none. */
  readonly #lost: Set<ObjectId>;
  readonly #mark: CommitMark;
  readonly #count: StatementSync;
  readonly #calls: FileCalls;
  /** Transactions there have been. */
  #commits: number;
  #known: KnownIds | null = null;
  #misses = 0;
  #loadAt: number;

  constructor(
    directory: string,
    database: DatabaseSync,
    hasher: Hasher,
    reader: ObjectReader,
    pending: Pending,
    mark: CommitMark,
    calls: FileCalls,
  ) {
    this.#directory = directory;
    this.#database = database;
    this.#hasher = hasher;
    this.#reader = reader;
    this.#pending = pending;
    this.#mark = mark;
    this.#calls = calls;
    this.#count = database.prepare(PUT_META);
    this.#commits = getMeta(database, "commits") ?? 0;
    mark.write(this.#commits);
    this.#lost = new Set(quarantined(database).map(({ id }) => id));
    this.#insert = database.prepare("INSERT INTO objects VALUES(?, ?, ?, ?, ?, ?, ?)");
    this.#addToPack = database.prepare(
      `INSERT INTO packs VALUES(?1, ?2, ?3, ?4) ON CONFLICT(number) DO UPDATE SET
        bytes = ?2, objects = objects + ?3, plain = plain + ?4`,
    );
    this.#move = database.prepare("UPDATE objects SET pack = ?, offset = ? WHERE id = ?");
    const { objects } = database.prepare("SELECT coalesce(sum(objects), 0) AS objects FROM packs")
      .get() as { objects: number };
    this.#loadAt = objects === 0 ? 0 : LOAD_AFTER_MISSES + objects / LOAD_RATIO;
  }

  object(id: ObjectId, type: ObjectType): Uint8Array<ArrayBuffer> {
    return this.#reader.object(id, type);
  }

  putObject(type: ObjectType, bytes: Uint8Array): ObjectId {
    if (bytes.length > OBJECT_BYTES_MAX) {
      throw new StoreError("invalid_entry", `Cannot store a ${type} of ${bytes.length} bytes`);
    }
    const id = hashObject(this.#hasher, type, bytes);
    if (this.has(id)) return id;
    this.#add(id, this.#pending.appender.append(plainHeader(type, bytes.length, id), bytes));
    return id;
  }

  /**
   * Stores a blob of `length` bytes that `fill` writes straight into the pack's buffer.
   *
   * @param isHole asked with the bytes; if true nothing is stored and the result is null
   */
  putFilled(
    length: number,
    fill: (into: Uint8Array<ArrayBuffer>) => void,
    isHole?: (bytes: Uint8Array<ArrayBuffer>) => boolean,
  ): ObjectId | null {
    const room = this.#pending.appender.reserve(length)!;
    fill(room);
    if (isHole?.(room)) return null;
    const id = this.#hasher.blob(room);
    if (this.has(id)) return id;
    this.#add(id, this.#pending.appender.accept(plainHeader("blob", length, id)));
    return id;
  }

  has(id: ObjectId): boolean {
    const found = this.#isThere(id);
    if (found) this.onUse?.(id);
    return found;
  }

  /** The ids that are known to be there, and the memory for them. */
  get counts(): { knownIds: number; knownIdBytes: number } {
    return { knownIds: this.#known?.count ?? 0, knownIdBytes: this.#known?.bytes ?? 0 };
  }

  #isThere(id: ObjectId): boolean {
    if (this.#pending.locations.has(id)) return true;
    if (this.#known === null && this.#misses >= this.#loadAt) {
      this.#known = KnownIds.load(this.#database);
      // The index gets these with the next commit.
      for (const pending of this.#pending.locations.keys()) this.#known.add(pending);
    }
    if (this.#known !== null && !this.#known.mayHave(id)) return false;
    if (this.#reader.find(id) !== null) return true;
    this.#misses++;
    return false;
  }

  /** See {@linkcode StoreWriter.commit}. */
  commit(transaction?: (database: DatabaseSync) => void): void {
    const { appender, locations } = this.#pending;
    const grown = locations.size > 0 || this.#moved.size > 0;
    if (grown) appender.sync();
    else if (transaction === undefined) return;
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      if (grown) this.#index();
      transaction?.(this.#database);
      this.#count.run(...metaRow("commits", this.#commits + 1));
      this.#calls.commit(this.#database);
    } catch (cause) {
      rollBack(this.#database);
      throw databaseError("commit to", indexPath(this.#directory), cause);
    }
    this.#mark.write(++this.#commits);
    if (!grown) return;
    appender.committed();
    this.#moved.clear();
    for (const [id, location] of locations) {
      this.#reader.remember(id, location);
      this.#lost.delete(id);
    }
    locations.clear();
  }

  /**
   * Appends a copy of a committed object's record, which the next commit makes the one that counts. Readers of the
   * old one find it until its pack is removed. Throws `damaged_object` if the record is not whole.
   */
  copy(id: ObjectId, from: Location): void {
    const payload = this.#reader.payload(id, from);
    const { stored, size, encoding, type } = from;
    const header: RecordHeader = { type, encoding, stored, size, id };
    this.#moved.set(id, this.#pending.appender.append(header, payload));
  }

  /** The table of objects was changed by other means than a commit. */
  reload(): void {
    this.#lost.clear();
    for (const { id } of quarantined(this.#database)) this.#lost.add(id);
    this.#reader.forgetLocations();
  }

  /** Forgets what was put since the last commit. */
  discard(): void {
    for (const pack of this.#pending.appender.discard()) this.#reader.packs.forget(pack);
    this.#pending.locations.clear();
    this.#moved.clear();
  }

  #add(id: ObjectId, location: Location): void {
    this.#pending.locations.set(id, location);
    this.#known?.add(id);
    this.onUse?.(id);
  }

  #index(): void {
    const totals = new Map<number, { objects: number; plain: number }>();
    for (const { number } of this.#pending.appender.lengths()) {
      totals.set(number, { objects: 0, plain: 0 });
    }
    // Sorted, neighbouring rows are neighbours in the file too.
    for (const id of [...this.#pending.locations.keys()].sort()) {
      const { pack, offset, stored, size, encoding, type } = this.#pending.locations.get(id)!;
      this.#insert.run(objectIdBytes(id), pack, offset, stored, size, encoding, type);
      if (this.#lost.has(id)) release(this.#database, id);
      const total = totals.get(pack)!;
      total.objects++;
      total.plain += size;
    }
    for (const [id, { pack, offset, size }] of this.#moved) {
      this.#move.run(pack, offset, objectIdBytes(id));
      const total = totals.get(pack)!;
      total.objects++;
      total.plain += size;
    }
    for (const { number, bytes } of this.#pending.appender.lengths()) {
      const { objects, plain } = totals.get(number)!;
      this.#addToPack.run(number, bytes, objects, plain);
    }
  }
}

/** Nothing is compressed when it is put: docs/store-format.md has the figures. */
function plainHeader(type: ObjectType, length: number, id: ObjectId): RecordHeader {
  const encoding = ENCODING_PLAIN;
  return { type: OBJECT_TYPE_CODES[type], encoding, stored: length, size: length, id };
}
