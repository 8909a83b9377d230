/**
 * The object store, write side: one at a time for each store.
 *
 * Objects that are put can be read back here at once. Others see them, and they outlive a crash, after
 * {@linkcode StoreWriter.commit}.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { close } from "../host/files.ts";
import type { ByteRange } from "./contents/chunk_edit.ts";
import { CommitMark } from "./files/commit_mark.ts";
import { ContentWriter, type DataRanges, type ReadFile } from "./content_writer.ts";
import { fillDirectory, prepareDirectory } from "./create_store.ts";
import type { ContentId, InodeRecord, TreeEntry } from "./trees/entry.ts";
import { type FileCalls, persistent, SYSTEM_CALLS } from "./files/file_calls.ts";
import type { Hasher } from "./format/hasher.ts";
import { databaseError } from "./files/io_error.ts";
import { updateLinks } from "./trees/link_table.ts";
import type { ObjectId } from "./format/object_id.ts";
import { ObjectWriter, Pending } from "./objects/object_writer.ts";
import { openIndex } from "./index/open_index.ts";
import { recoverPacks } from "./objects/recover_packs.ts";
import { PackRewriter } from "./pack_rewriter.ts";
import { prepared } from "./index/prepared.ts";
import { SpaceReserve } from "./files/space_reserve.ts";
import { Store } from "./store.ts";
import { checkFormat, SPARSE_VERSION, writeFormat } from "./index/store_format.ts";
import { lockStore } from "./files/store_lock.ts";
import { indexPath, reservePath } from "./files/store_paths.ts";
import { putTree, updateTree } from "./trees/tree_write.ts";
import { encodeXattrs } from "./trees/xattr_codec.ts";

/** For a checkpoint of deletions, and the index's log while garbage is collected. */
const RESERVE_BYTES = 4 * 1024 * 1024;

/**
 * Writes objects. Methods that put throw `no_space`, `io_error` and `invalid_entry`; after any of them the
 * writer can still be used.
 *
 * @example
 * ```ts
 * const store = StoreWriter.create(path, await loadHasher());
 * const id = store.putTree([entry]);
 * store.commit((db) => db.prepare("UPDATE refs SET tree = ?").run(id));
 * ```
 */
export class StoreWriter extends Store {
  #lock: number;
  readonly #mark: CommitMark;
  readonly #calls: FileCalls;
  readonly #reserve: SpaceReserve;
  readonly #writer: ObjectWriter;
  readonly #contents: ContentWriter;
  readonly #pending: Pending;
  /** As the format file has it. */
  #version: number;

  private constructor(
    directory: string,
    database: DatabaseSync,
    hasher: Hasher,
    pending: Pending,
    lock: number,
    mark: CommitMark,
    calls: FileCalls,
    version: number,
  ) {
    super(directory, database, hasher, pending);
    this.#lock = lock;
    this.#pending = pending;
    this.#mark = mark;
    this.#calls = calls;
    this.#version = version;
    this.#reserve = new SpaceReserve(reservePath(directory), RESERVE_BYTES, calls);
    this.#reserve.take();
    this.#writer = new ObjectWriter(
      directory,
      database,
      hasher,
      this.objects,
      pending,
      mark,
      calls,
    );
    this.#contents = new ContentWriter(
      this.#writer,
      this.contents,
      () => this.#needVersion(SPARSE_VERSION),
    );
  }

  /** Opens the store, or makes one where the directory is missing or empty. */
  static create(directory: string, hasher: Hasher, calls = SYSTEM_CALLS): StoreWriter {
    prepareDirectory(directory);
    return withLock(directory, (lock) => {
      if (prepareDirectory(directory)) fillDirectory(directory, persistent(calls));
      return StoreWriter.#open(directory, hasher, lock, persistent(calls));
    });
  }

  /** Opens a store for writing. Throws `not_a_store`, `newer_version`, `damaged_store`, `locked`. */
  static override open(directory: string, hasher: Hasher): StoreWriter {
    checkFormat(directory);
    const calls = persistent(SYSTEM_CALLS);
    return withLock(directory, (lock) => StoreWriter.#open(directory, hasher, lock, calls));
  }

  static #open(
    directory: string,
    hasher: Hasher,
    lock: number,
    calls: FileCalls,
  ): StoreWriter {
    const version = checkFormat(directory);
    const database = openIndex(directory, false);
    let mark: CommitMark | undefined;
    try {
      mark = new CommitMark(directory, calls);
      const pending = new Pending(recoverPacks(directory, database, calls));
      return new StoreWriter(directory, database, hasher, pending, lock, mark, calls, version);
    } catch (error) {
      mark?.close();
      database.close();
      throw error;
    }
  }

  override get counts(): Record<string, number> {
    return { ...super.counts, ...this.#writer.counts };
  }

  override has(id: ObjectId): boolean {
    return this.#writer.has(id);
  }

  /** Stores bytes as one blob. */
  putBlob(bytes: Uint8Array): ObjectId {
    return this.#writer.putObject("blob", bytes);
  }

  /**
   * Stores the contents of a file: one blob up to 256 KiB if it has no holes, else chunks.
   *
   * @param size bytes of the file
   * @param data where it has data; by default everywhere but in chunks of zeros
   */
  putFile(size: number, read: ReadFile, data?: DataRanges): ContentId {
    return this.#contents.putFile(size, read, data);
  }

  /**
   * Stores the contents of a file that was changed in known places. The result is that of
   * {@linkcode putFile}, but only chunks that a dirty range touches or a change of size cuts are read.
   *
   * @param size bytes of the file now
   * @param base what the file was
   * @param baseSize bytes of `base` that still show, from its start; zeros follow where nothing is dirty
   * @param dirtyRanges changed bytes, in any order
   * @param data where the file has data, asked about what is read; by default everywhere but in chunks of zeros
   */
  putChunked(
    size: number,
    base: ContentId | null,
    baseSize: number,
    dirtyRanges: readonly ByteRange[],
    read: ReadFile,
    data?: DataRanges,
  ): ContentId {
    return this.#contents.putChunked(size, base, baseSize, dirtyRanges, read, data);
  }

  /** A program that knows only an older version must not open the store once it has what that one cannot read. */
  #needVersion(version: number): void {
    if (this.#version >= version) return;
    writeFormat(this.directory, version, this.#calls);
    this.#version = version;
  }

  /** Stores a directory of these entries, in any order; null for none. */
  putTree(entries: readonly TreeEntry[]): ObjectId | null {
    return putTree(this.#writer, entries);
  }

  /** Stores directory `base` with changes applied; a change to null removes the name. */
  updateTree(
    base: ObjectId | null,
    changes: ReadonlyMap<string, TreeEntry | null>,
  ): ObjectId | null {
    return updateTree(this.#writer, base, changes);
  }

  /** Stores extended attributes; null for none. */
  putXattrs(map: ReadonlyMap<string, Uint8Array>): ObjectId | null {
    return map.size === 0 ? null : this.#writer.putObject("xattrs", encodeXattrs(map));
  }

  /** Stores link table `base` with changes applied; a change to null removes the record. */
  updateLinks(
    base: ObjectId | null,
    changes: ReadonlyMap<number, InodeRecord | null>,
  ): ObjectId | null {
    return updateLinks(this.#writer, base, changes);
  }

  /** Stores the bytes of a commit. */
  putCommit(bytes: Uint8Array): ObjectId {
    return this.#writer.putObject("commit", bytes);
  }

  /**
   * Makes everything put since the last commit durable and visible, together with what `transaction` does to
   * the database, or nothing of it: the packs first, then one SQLite transaction.
   *
   * If it throws, what was put stays pending: call it again (after `no_space`, say) or {@linkcode discard}. After
   * a sync that failed only the latter helps.
   */
  commit(transaction?: (database: DatabaseSync) => void): void {
    this.#writer.commit(transaction);
  }

  /**
   * As {@linkcode commit}, for a transaction that changes where objects are or takes some away: what this store
   * remembers of that is forgotten.
   */
  rewriteIndex(transaction: (database: DatabaseSync) => void): void {
    this.#writer.commit(transaction);
    this.#writer.reload();
    this.contents.clear();
  }

  /**
   * Brings what was committed from the index's write-ahead log into the index, so that no later commit has to. For when
   * nothing else is to be done; changes nothing that can be seen. What readers still need stays where it is.
   */
  tidy(): void {
    try {
      this.database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    } catch (cause) {
      throw databaseError("tidy", indexPath(this.directory), cause);
    }
  }

  /** See {@linkcode ObjectWriter.onUse}. */
  onUse(told: ((id: ObjectId) => void) | null): void {
    this.#writer.onUse = told;
  }

  /** What takes objects out of packs. */
  get rewriter(): PackRewriter {
    return new PackRewriter({
      store: this,
      writer: this.#writer,
      appender: this.#pending.appender,
      packs: this.objects.packs,
      calls: this.#calls,
    });
  }

  /** Forgets what was put since the last commit. */
  discard(): void {
    this.#writer.discard();
    // Decoded chunk lists remember where their chunks were.
    this.contents.clear();
  }

  /** Totals of what is committed. */
  stats(): {
    objects: number;
    packs: number;
    /** Bytes of the pack files. */
    packBytes: number;
    /** Bytes of the objects uncompressed. */
    plainBytes: number;
  } {
    const row = prepared(
      this.database,
      `SELECT coalesce(sum(objects), 0) AS objects, count(*) AS packs,
        coalesce(sum(bytes), 0) AS packBytes, coalesce(sum(plain), 0) AS plainBytes FROM packs`,
    ).get() as ReturnType<StoreWriter["stats"]>;
    return { ...row };
  }

  /**
   * Runs a job that is worth the last space there is. Where the disk is full the reserve is given up and it is run again, after
   * what it put was discarded; when it has succeeded the reserve is taken again, if there is room.
   */
  withReserve<T>(job: () => T): T {
    return this.#reserve.during(job, () => this.discard());
  }

  /** Gives up the reserve for a while, for what frees more than it. {@linkcode takeReserve} takes it again. */
  giveUpReserve(): void {
    this.#reserve.giveUp();
  }

  takeReserve(): void {
    this.#reserve.take();
  }

  /** What is in the index itself has no log that could be damaged. Readers may be in the way, or a full disk. */
  #emptyLog(): void {
    try {
      this.database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // The next one who opens the store finds the log.
    }
  }

  /** Forgets what was not committed, closes the store and lets go of the lock. */
  override close(): void {
    this.#pending.appender.close();
    this.#emptyLog();
    super.close();
    this.#mark.close();
    close(this.#lock);
    this.#lock = -1;
  }
}

/** Runs `open` under the store's lock, which stays with what it returns. */
function withLock<T>(directory: string, open: (lock: number) => T): T {
  const lock = lockStore(directory);
  try {
    return open(lock);
  } catch (error) {
    close(lock);
    throw error;
  }
}
