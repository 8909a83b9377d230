/**
 * Appends records to packs: many small ones in memory, few writes to the file.
 *
 * @module
 */

import { close, O_CREAT, O_RDWR, O_TRUNC } from "../../host/files.ts";
import type { FileCalls } from "../files/file_calls.ts";
import { checkIo } from "../files/io_error.ts";
import { Location } from "../format/location.ts";
import {
  PACK_BYTES_MAX,
  PACK_HEADER_BYTES,
  packHeader,
  RECORD_HEADER_BYTES,
  type RecordHeader,
  writeRecordHeader,
} from "../format/pack_format.ts";
import { StoreError } from "../format/store_error.ts";
import { packPath, packsPath } from "../files/store_paths.ts";
import { syncDirectory } from "../files/sync_directory.ts";

/** Four full chunks with their headers, and the pack's own. */
const BUFFER_BYTES = PACK_HEADER_BYTES + 4 * (RECORD_HEADER_BYTES + 256 * 1024);

interface OpenPack {
  readonly number: number;
  readonly path: string;
  readonly fd: number;
  /** Bytes written to the file. */
  flushed: number;
  /** Bytes that the index knows of: what is behind them may be overwritten. */
  committed: number;
}

/** A pack and how long it is now. */
export interface PackLength {
  readonly number: number;
  readonly bytes: number;
}

export class PackAppender {
  readonly #directory: string;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  /** Bytes of the buffer that follow what was flushed to the current pack. */
  #used = 0;
  #current: OpenPack | null = null;
  /** Packs that are full but not committed. */
  #full: OpenPack[] = [];
  #next: number;
  #syncFailed = false;
  #isClosed = false;
  readonly #calls: FileCalls;

  /**
   * @param directory the store
   * @param last pack to go on with and its committed length; null to begin a new one
   * @param next number for the next new pack
   * @param calls {@linkcode persistent} ones
   */
  constructor(directory: string, last: PackLength | null, next: number, calls: FileCalls) {
    this.#directory = directory;
    this.#calls = calls;
    this.#next = next;
    if (last !== null && last.bytes < PACK_BYTES_MAX) {
      const path = packPath(directory, last.number);
      const fd = checkIo("open pack", path, calls.open(path, O_RDWR));
      this.#current = {
        number: last.number,
        path,
        fd,
        flushed: last.bytes,
        committed: last.bytes,
      };
      // What is behind the committed length was never committed: the torn tail of a crash.
      checkIo("truncate pack", path, calls.ftruncate(fd, last.bytes));
    }
  }

  /**
   * Room for a payload of `length` bytes in the buffer: fill it, then either {@linkcode accept} it or leave
   * it. Null where it is too long for the buffer.
   */
  reserve(length: number): Uint8Array<ArrayBuffer> | null {
    const total = RECORD_HEADER_BYTES + length;
    if (total > BUFFER_BYTES - PACK_HEADER_BYTES) return null;
    this.#makeRoom(total);
    const start = this.#used + RECORD_HEADER_BYTES;
    return this.#buffer.subarray(start, start + length);
  }

  /** Makes the payload that {@linkcode reserve} gave a record. */
  accept(header: RecordHeader): Location {
    const location = this.#location(header);
    writeRecordHeader(this.#buffer, this.#used, header);
    this.#used += RECORD_HEADER_BYTES + header.stored;
    return location;
  }

  /** Appends a record. */
  append(header: RecordHeader, payload: Uint8Array): Location {
    const room = this.reserve(payload.length);
    if (room !== null) {
      room.set(payload);
      return this.accept(header);
    }
    this.#makeRoom(RECORD_HEADER_BYTES + payload.length);
    this.flush();
    const pack = this.#current!;
    const location = this.#location(header);
    const start = new Uint8Array(RECORD_HEADER_BYTES);
    writeRecordHeader(start, 0, header);
    this.#write(pack, start, RECORD_HEADER_BYTES, pack.flushed);
    this.#write(pack, payload, payload.length, pack.flushed + RECORD_HEADER_BYTES);
    pack.flushed += RECORD_HEADER_BYTES + payload.length;
    return location;
  }

  /** Number of the next new pack. */
  get next(): number {
    return this.#next;
  }

  /** Nothing more is appended to the current pack. Only right after a commit. */
  leave(): void {
    if (this.#current !== null) this.#finish(this.#current);
  }

  /** Copies bytes of a pack that are still in the buffer; false if they are in the file. */
  copy(pack: number, offset: number, into: Uint8Array, length: number): boolean {
    const current = this.#current;
    if (current === null || current.number !== pack || offset < current.flushed) return false;
    const start = offset - current.flushed;
    into.set(this.#buffer.subarray(start, start + length));
    return true;
  }

  /** Writes the buffer to the file. If that fails the buffer stays and it can be tried again. */
  flush(): void {
    const pack = this.#current;
    if (pack === null || this.#used === 0) return;
    this.#write(pack, this.#buffer, this.#used, pack.flushed);
    pack.flushed += this.#used;
    this.#used = 0;
  }

  /**
   * Makes everything appended durable. After a sync that failed the kernel may have dropped what it could not
   * write and say nothing the next time, so from then on every sync fails until {@linkcode discard}.
   */
  sync(): void {
    if (this.#syncFailed) {
      throw new StoreError(
        "io_error",
        `Cannot commit to the store ${this.#directory}: an earlier sync failed. Discard and put again`,
        { path: this.#directory },
      );
    }
    this.flush();
    const packs = this.#uncommitted();
    try {
      for (const { path, fd } of packs) checkIo("sync pack", path, this.#calls.fdatasync(fd));
      if (packs.some((pack) => pack.committed === 0)) {
        syncDirectory(packsPath(this.#directory), this.#calls);
      }
    } catch (error) {
      this.#syncFailed = true;
      throw error;
    }
  }

  /** The packs that have grown since the last commit. */
  lengths(): PackLength[] {
    return this.#uncommitted().map(({ number, flushed }) => ({ number, bytes: flushed }));
  }

  /** The index has taken over {@linkcode lengths}. */
  committed(): void {
    for (const pack of this.#uncommitted()) pack.committed = pack.flushed;
    for (const { fd } of this.#full) close(fd);
    this.#full = [];
  }

  /** Goes back to the last commit. Returns the packs that are gone. */
  discard(): number[] {
    const packs = this.#packs();
    const removed: number[] = [];
    this.#used = 0;
    this.#full = [];
    this.#current = null;
    for (const pack of packs) {
      if (pack.committed === 0) {
        close(pack.fd);
        this.#remove(pack);
        removed.push(pack.number);
      } else if (this.#syncFailed) close(pack.fd);
      else {
        // Only to give space back: bytes behind the committed length do not count anyway.
        this.#calls.ftruncate(pack.fd, pack.committed);
        pack.flushed = pack.committed;
        this.#current = pack;
      }
    }
    this.#syncFailed = false;
    return removed;
  }

  /** Closes the files. What was not committed is lost, and nothing is appended any more: another writer may. */
  close(): void {
    this.#isClosed = true;
    this.discard();
    if (this.#current !== null) close(this.#current.fd);
    this.#current = null;
  }

  #packs(): OpenPack[] {
    return this.#current === null ? this.#full : [...this.#full, this.#current];
  }

  #uncommitted(): OpenPack[] {
    return this.#packs().filter((pack) => pack.flushed !== pack.committed);
  }

  #location(header: RecordHeader): Location {
    const pack = this.#current!;
    const { stored, size, encoding, type } = header;
    const offset = pack.flushed + this.#used;
    const location = new Location(pack.number, offset, stored, size, encoding, type);
    location.verified = true;
    return location;
  }

  /** Makes the current pack one that `total` bytes may be appended to, through the buffer if they fit. */
  #makeRoom(total: number): void {
    const pack = this.#current;
    if (pack !== null && pack.flushed + this.#used + total > PACK_BYTES_MAX) {
      if (pack.flushed + this.#used > PACK_HEADER_BYTES) this.#finish(pack);
    }
    if (this.#current === null) this.#begin();
    if (this.#used + total > BUFFER_BYTES) this.flush();
  }

  #finish(pack: OpenPack): void {
    this.flush();
    if (pack.flushed === pack.committed) close(pack.fd);
    else this.#full.push(pack);
    this.#current = null;
  }

  #begin(): void {
    const number = this.#next;
    const path = packPath(this.#directory, number);
    if (this.#isClosed) {
      throw new StoreError("io_error", `Cannot create pack ${path}: the store is closed`, { path });
    }
    const flags = O_RDWR | O_CREAT | O_TRUNC;
    const fd = checkIo("create pack", path, this.#calls.open(path, flags, 0o600));
    this.#next++;
    this.#buffer.set(packHeader());
    this.#used = PACK_HEADER_BYTES;
    this.#current = { number, path, fd, flushed: 0, committed: 0 };
  }

  /** No row names it: if it cannot be removed now, the next one who opens the store does. */
  #remove({ path }: OpenPack): void {
    try {
      this.#calls.remove(path);
    } catch {
      // What made the commit fail may well be in the way of this, too.
    }
  }

  #write(pack: OpenPack, bytes: Uint8Array, length: number, offset: number): void {
    // Nothing here is in shared memory, which is all that the narrower type rules out.
    const from = bytes as Uint8Array<ArrayBuffer>;
    checkIo("write pack", pack.path, this.#calls.pwrite(pack.fd, from, offset, length));
  }
}
