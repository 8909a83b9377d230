/**
 * Imports one name that is not a directory.
 *
 * @module
 */

import { close, emptyStat } from "../host/files.ts";
import { type ContentId, type InodeEntry, S_IFLNK, S_IFMT, S_IFREG } from "../store/trees/entry.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";
import type { ImportReport } from "./import_report.ts";
import { SLICED_BYTES, type StoredFile, storeFile, storeLargeFile } from "./read_file.ts";
import type { SourceDirectory, SourceEntry } from "./read_source.ts";
import { readOpenXattrs, readXattrsAt, type XattrReading } from "./read_xattrs.ts";
import { failureText } from "./source_error.ts";
import { sourceRecord } from "./source_record.ts";

const NO_CONTENT: ContentId = { content: null, chunked: false };

export class EntryImporter {
  readonly #store: StoreWriter;
  readonly #source: SourceDirectory;
  readonly #report: ImportReport;
  readonly #pause: () => Promise<void>;
  readonly #stat = emptyStat();

  /** `pause` is awaited within large files. */
  constructor(
    store: StoreWriter,
    source: SourceDirectory,
    report: ImportReport,
    pause: () => Promise<void>,
  ) {
    this.#store = store;
    this.#source = source;
    this.#report = report;
    this.#pause = pause;
  }

  /**
   * Stores what `entry` of the open directory is, which is at `parent`. Null, and reported, if it cannot
   * be read. A promise only for large files, so that small ones cost none.
   */
  read(
    directory: number,
    parent: SourcePath,
    entry: SourceEntry,
  ): InodeEntry | null | Promise<InodeEntry | null> {
    const path = parent.child(entry.name);
    switch (entry.mode & S_IFMT) {
      case S_IFREG:
        return this.#file(directory, path, entry);
      case S_IFLNK: {
        const target = this.#source.readLinkAt(directory, entry.name);
        if (typeof target === "number") return this.#report.skip(path, failureText(target));
        const bytes = Uint8Array.from(target, (c) => c.charCodeAt(0));
        const content = { content: this.#store.putBlob(bytes), chunked: false };
        return this.#special(directory, path, { ...entry, size: bytes.length }, content);
      }
      default:
        return this.#special(directory, path, { ...entry, size: 0 }, NO_CONTENT);
    }
  }

  /** Stores extended attributes, null where there are none. ACLs that are left out are reported. */
  putXattrs(path: SourcePath, reading: XattrReading): ObjectId | null {
    if (reading.acl) this.#report.skip(path, "its POSIX ACL is not kept, the mode is");
    return reading.values === null ? null : this.#store.putXattrs(reading.values);
  }

  #special(
    directory: number,
    path: SourcePath,
    entry: SourceEntry,
    content: ContentId,
  ): InodeEntry {
    const xattrs = this.putXattrs(path, readXattrsAt(directory, entry.name));
    return asEntry(entry, content, xattrs);
  }

  #file(
    directory: number,
    path: SourcePath,
    entry: SourceEntry,
  ): InodeEntry | null | Promise<InodeEntry | null> {
    const fd = this.#source.openFileAt(directory, entry.name);
    if (fd < 0) return this.#report.skip(path, failureText(fd));
    if (entry.size > SLICED_BYTES) return this.#largeFile(fd, path, entry);
    try {
      return this.#stored(fd, path, entry, storeFile(this.#store, fd, entry, this.#stat));
    } finally {
      close(fd);
    }
  }

  async #largeFile(
    fd: number,
    path: SourcePath,
    entry: SourceEntry,
  ): Promise<InodeEntry | null> {
    try {
      const stored = await storeLargeFile(this.#store, fd, entry, this.#stat, (bytes) => {
        this.#report.part(bytes);
        return this.#pause();
      });
      return this.#stored(fd, path, entry, stored);
    } finally {
      close(fd);
    }
  }

  #stored(
    fd: number,
    path: SourcePath,
    entry: SourceEntry,
    stored: StoredFile | string,
  ): InodeEntry | null {
    if (typeof stored === "string") {
      this.#report.abandonParts();
      return this.#report.skip(path, stored);
    }
    if (!stored.stable) this.#report.skip(path, "changed while it was read");
    const now = this.#source.describe(entry.name, this.#stat);
    if (this.#source.streams(fd) > 0) this.#report.hasStreams(path);
    const xattrs = this.putXattrs(path, readOpenXattrs(fd));
    return asEntry({ ...now, size: stored.size }, stored.content, xattrs);
  }
}

function asEntry(entry: SourceEntry, content: ContentId, xattrs: ObjectId | null): InodeEntry {
  const counts = { nlink: 1, size: entry.size, entries: 0 };
  return { ...sourceRecord(entry, content, xattrs, counts), name: entry.name, linked: false };
}
