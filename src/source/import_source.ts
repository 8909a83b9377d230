/**
 * Takes the whole source directory into the store: the first commit of a workspace.
 *
 * The walk is depth first with an explicit stack. Of each directory on the stack it keeps the entries that
 * are done and the names of the directories that are not, so memory follows depth times width, not the size of
 * the tree. Beyond that only the inodes with more than one name anywhere are remembered.
 *
 * @module
 */

import * as libc from "../../ffi/libc.ts";
import {
  type InodeEntry,
  type InodeRecord,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  type Snapshot,
  type TreeEntry,
} from "../store/entry.ts";
import type { ContentId } from "../store/entry.ts";
import type { ObjectId } from "../store/object_id.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { addEntry } from "../history/totals.ts";
import { HardLinks } from "./hard_links.ts";
import { PreviousImport } from "./previous_import.ts";
import { storeOpenFile } from "./read_file.ts";
import type { SourceDirectory, SourceEntry } from "./read_source.ts";
import { readOpenXattrs, readXattrsAt, type XattrReading } from "./read_xattrs.ts";
import { errnoText, SourceError } from "./source_error.ts";

export interface ImportProgress {
  /** Everything that is not a directory. */
  readonly files: number;
  readonly directories: number;
  /** Bytes of the files so far, those that the stat cache knew included. */
  readonly bytes: number;
}

export interface ImportOptions {
  /** What an earlier import made of the same source: files whose stat did not change since are not read again. */
  readonly previous: Snapshot | null;
  /** When that import began. Without it, `previous` is not trusted for anything. */
  readonly previousTime?: libc.Timestamp;
  onProgress(progress: ImportProgress): void;
  /** Awaited about every 10 ms of work. */
  pause(): Promise<void>;
  /** The store is committed each time about this many bytes were added. */
  readonly commitEvery: number;
}

export interface SkippedPath {
  /** Binary string, relative to the root. */
  readonly path: string;
  readonly reason: string;
}

export interface ImportResult extends ImportProgress {
  readonly snapshot: Snapshot;
  /** What is not in the snapshot, or not as it is in the source, and why. */
  readonly skipped: SkippedPath[];
}

/** How long the walk works between two pauses, ms. */
const SLICE_MS = 10;
/** What an object costs on disk and in memory besides its bytes. */
const OBJECT_OVERHEAD = 200;

/** A directory that is being imported. */
interface Frame {
  readonly path: string;
  readonly entry: SourceEntry;
  readonly xattrs: ObjectId | null;
  /** Of the previous import; null where there is none. */
  readonly previous: ReadonlyMap<string, TreeEntry> | null;
  /** Directories still to be walked, last name first. */
  readonly pending: SourceEntry[];
  readonly done: TreeEntry[];
}

/**
 * Imports `source`. Puts objects and commits them as it goes; no ref names the result yet.
 *
 * Names that cannot be read, that vanish and that a tree does not hold (sockets) are reported and left out;
 * only a root that cannot be read is an error ({@linkcode SourceError}).
 */
export function importSource(
  store: StoreWriter,
  source: SourceDirectory,
  options: ImportOptions,
): Promise<ImportResult> {
  return new Import(store, source, options).run();
}

class Import {
  readonly #store: StoreWriter;
  readonly #source: SourceDirectory;
  readonly #options: ImportOptions;
  readonly #previous: PreviousImport;
  readonly #links = new HardLinks();
  readonly #skipped: SkippedPath[] = [];
  readonly #stat = libc.emptyStat();
  readonly #progress = { files: 0, directories: 0, bytes: 0 };
  #uncommitted = 0;
  #sliceEnd = 0;

  constructor(store: StoreWriter, source: SourceDirectory, options: ImportOptions) {
    this.#store = store;
    this.#source = source;
    this.#options = options;
    this.#previous = new PreviousImport(store, options.previous, options.previousTime);
  }

  async run(): Promise<ImportResult> {
    this.#sliceEnd = performance.now() + SLICE_MS;
    const root = await this.#walk();
    const snapshot = this.#links.apply(this.#store, root);
    this.#options.onProgress({ ...this.#progress });
    return { snapshot, skipped: this.#skipped, ...this.#progress };
  }

  async #walk(): Promise<InodeRecord> {
    const rootEntry = this.#source.root();
    if (typeof rootEntry === "number") throw unreadableRoot(-rootEntry);
    const previousRoot = this.#options.previous?.root ?? null;
    const first = await this.#open(
      "",
      rootEntry,
      previousRoot && { ...previousRoot, name: "", linked: false },
    );
    if (typeof first === "number") throw unreadableRoot(-first);
    const stack: Frame[] = [first];
    while (true) {
      const frame = stack.at(-1)!;
      const next = frame.pending.pop();
      if (next !== undefined) {
        const path = joinPath(frame.path, next.name);
        const child = await this.#open(path, next, frame.previous?.get(next.name) ?? null);
        if (typeof child === "number") this.#skip(path, errnoText(-child));
        else stack.push(child);
        continue;
      }
      stack.pop();
      const record = this.#finish(frame);
      const parent = stack.at(-1);
      if (parent === undefined) return record;
      parent.done.push({ ...record, name: frame.entry.name, linked: false });
      if (performance.now() >= this.#sliceEnd) await this.#pause();
    }
  }

  /** Lists a directory and imports everything in it but its directories. */
  async #open(path: string, entry: SourceEntry, before: TreeEntry | null): Promise<Frame | number> {
    const fd = this.#source.openDirectory(path);
    if (fd < 0) return fd;
    try {
      const entries = this.#source.listOpen(fd, path === "");
      if (typeof entries === "number") return entries;
      const known = this.#previous.unchanged(entry, before);
      const frame: Frame = {
        path,
        entry,
        xattrs: known !== null ? known.xattrs : this.#putXattrs(path, readOpenXattrs(fd)),
        previous: this.#previous.entriesOf(before),
        pending: [],
        done: [],
      };
      for (const child of entries) {
        if (child.skipped !== undefined) this.#skip(joinPath(path, child.name), child.skipped);
        else if ((child.mode & S_IFMT) === S_IFDIR) frame.pending.push(child);
        else {
          const imported = this.#importFile(frame, fd, child);
          if (imported !== null) frame.done.push(imported);
          if (performance.now() >= this.#sliceEnd) await this.#pause();
        }
      }
      frame.pending.reverse();
      return frame;
    } finally {
      libc.close(fd);
    }
  }

  #finish(frame: Frame): InodeRecord {
    const { entry } = frame;
    const totals = { size: 0, entries: 0 };
    for (const done of frame.done) addEntry(totals, done);
    frame.done.sort((a, b) => a.name < b.name ? -1 : 1);
    this.#progress.directories++;
    this.#uncommitted += OBJECT_OVERHEAD;
    const content = this.#store.putTree(frame.done);
    return record(entry, { content, chunked: false }, frame.xattrs, { nlink: 0, ...totals });
  }

  #importFile(frame: Frame, directory: number, entry: SourceEntry): TreeEntry | null {
    if (entry.nlink < 2) return this.#readEntry(frame, directory, entry);
    const again = this.#links.again(entry);
    if (again !== null) {
      this.#progress.files++;
      return again;
    }
    const imported = this.#readEntry(frame, directory, entry);
    if (imported !== null) this.#links.first(imported, frame.path);
    return imported;
  }

  #readEntry(frame: Frame, directory: number, entry: SourceEntry): InodeEntry | null {
    const { name } = entry;
    const known = this.#previous.unchanged(entry, frame.previous?.get(name) ?? null);
    if (known !== null) return this.#count(entry, known, known.xattrs);
    switch (entry.mode & S_IFMT) {
      case S_IFREG:
        return this.#readFile(frame, directory, entry);
      case S_IFLNK: {
        const target = this.#source.readLinkAt(directory, name);
        if (typeof target === "number") {
          return this.#skip(joinPath(frame.path, name), errnoText(-target));
        }
        const bytes = Uint8Array.from(target, (c) => c.charCodeAt(0));
        const content = { content: this.#store.putBlob(bytes), chunked: false };
        const xattrs = this.#putXattrs(joinPath(frame.path, name), readXattrsAt(directory, name));
        return this.#count({ ...entry, size: bytes.length }, content, xattrs);
      }
      default: {
        const xattrs = this.#putXattrs(joinPath(frame.path, name), readXattrsAt(directory, name));
        return this.#count({ ...entry, size: 0 }, { content: null, chunked: false }, xattrs);
      }
    }
  }

  #readFile(frame: Frame, directory: number, entry: SourceEntry): InodeEntry | null {
    const path = joinPath(frame.path, entry.name);
    const fd = this.#source.openFileAt(directory, entry.name);
    if (fd < 0) return this.#skip(path, errnoText(-fd));
    try {
      const stat = this.#stat;
      const stored = storeOpenFile(this.#store, fd, stat);
      if (typeof stored === "string") return this.#skip(path, stored);
      if (!stored.stable) this.#skip(path, "changed while it was read");
      const now = this.#source.describe(entry.name, stat);
      const xattrs = this.#putXattrs(path, readOpenXattrs(fd));
      return this.#count({ ...now, size: stored.size }, stored.content, xattrs);
    } finally {
      libc.close(fd);
    }
  }

  #count(entry: SourceEntry, content: ContentId, xattrs: ObjectId | null): InodeEntry {
    this.#progress.files++;
    this.#progress.bytes += entry.size;
    this.#uncommitted += entry.size + OBJECT_OVERHEAD;
    return {
      ...record(entry, content, xattrs, { nlink: 1, size: entry.size, entries: 0 }),
      name: entry.name,
      linked: false,
    };
  }

  #putXattrs(path: string, reading: XattrReading): ObjectId | null {
    if (reading.acl) this.#skip(path, "its POSIX ACL is not kept, the mode is");
    return reading.values === null ? null : this.#store.putXattrs(reading.values);
  }

  #skip(path: string, reason: string): null {
    this.#skipped.push({ path, reason });
    return null;
  }

  async #pause(): Promise<void> {
    if (this.#uncommitted >= this.#options.commitEvery) {
      this.#store.commit();
      this.#uncommitted = 0;
    }
    this.#options.onProgress({ ...this.#progress });
    await this.#options.pause();
    this.#sliceEnd = performance.now() + SLICE_MS;
  }
}

function record(
  entry: SourceEntry,
  content: ContentId,
  xattrs: ObjectId | null,
  counts: { nlink: number; size: number; entries: number },
): InodeRecord {
  return {
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    rdev: entry.rdev,
    ino: entry.ino,
    size: counts.size,
    mtimeSec: entry.mtimeSec,
    mtimeNsec: entry.mtimeNsec,
    ctimeSec: entry.ctimeSec,
    ctimeNsec: entry.ctimeNsec,
    xattrs,
    content: content.content,
    chunked: content.chunked,
    nlink: counts.nlink,
    entries: counts.entries,
  };
}

function joinPath(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

function unreadableRoot(errno: number): SourceError {
  return new SourceError(
    "source_unreadable",
    `Cannot import the project: its root directory cannot be read: ${errnoText(errno)}`,
    errno,
  );
}
