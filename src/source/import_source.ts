/**
 * Takes the whole source directory into the store: the first commit of a workspace.
 *
 * The walk is depth first with an explicit stack. Of each directory on the stack it keeps the entries that
 * are done and the directories that are not, so memory follows depth times width, not the size of the tree.
 * Beyond that only the inodes with more than one name anywhere are remembered.
 *
 * @module
 */

import type { Timestamp } from "../host/clock.ts";
import { close, emptyStat, fstat } from "../host/files.ts";
import {
  type InodeRecord,
  S_IFDIR,
  S_IFMT,
  type Snapshot,
  type TreeEntry,
} from "../store/trees/entry.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { totalsOf } from "../history/snapshots/totals.ts";
import { HardLinks } from "./hard_links.ts";
import { EntryImporter } from "./import_entry.ts";
import { ImportReport } from "./import_report.ts";
import { InodeList } from "./inode_list.ts";
import { renumberMoved } from "./renumber_moved.ts";
import type { ImportProgress, SkippedPath } from "./import_report.ts";
import { PreviousImport } from "./previous_import.ts";
import type { SourceDirectory, SourceEntry } from "./read_source.ts";
import { readOpenXattrs } from "./read_xattrs.ts";
import { sourceRecord } from "./source_record.ts";
import { failureText, SourceError } from "./source_error.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";

export type { ImportProgress, SkippedPath } from "./import_report.ts";

export interface ImportOptions {
  /** What an earlier import made of the same source: files whose stat did not change since are not read again. */
  readonly previous: Snapshot | null;
  /** When that import began. Without it, `previous` is not trusted for anything. */
  readonly previousTime?: Timestamp;
  onProgress(progress: ImportProgress): void;
  /** Awaited about every 10 ms of work. */
  pause(): Promise<void>;
  /** The store is committed each time about this many bytes were added, */
  readonly commitEvery: number;
  /** and, if anything was, after so long, ms. */
  readonly commitEveryMs?: number;
  /** Called after each of these commits with a snapshot of what is imported by then. */
  onCommit?(partial: Snapshot): void;
}

export interface ImportResult extends ImportProgress {
  readonly snapshot: Snapshot;
  /** What is not in the snapshot, or not as it is in the source, and why. */
  readonly skipped: SkippedPath[];
}

/** How long the walk works between two pauses, ms. */
const SLICE_MS = 10;

/** Directories that are open at once: the last of those that are begun. */
const OPEN_DIRECTORIES = 64;

/** A directory that is being imported. */
interface Frame {
  readonly path: SourcePath;
  /** A descriptor, or -1 while it is not open. */
  fd: number;
  /** By which it is known again. */
  readonly identity: string;
  readonly entry: SourceEntry;
  xattrs: ObjectId | null;
  /** Of the previous import; null where there is none. */
  previous: ReadonlyMap<string, TreeEntry> | null;
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
  readonly #inodes = new InodeList();
  readonly #report = new ImportReport();
  readonly #entries: EntryImporter;
  /** Directories that are begun, from the root. */
  readonly #stack: Frame[] = [];
  readonly #stat = emptyStat();
  #sliceEnd = 0;
  #lastCommit = performance.now();

  constructor(store: StoreWriter, source: SourceDirectory, options: ImportOptions) {
    this.#store = store;
    this.#source = source;
    this.#options = options;
    this.#previous = new PreviousImport(store, options.previous, options.previousTime);
    this.#entries = new EntryImporter(store, source, this.#report, () => this.#pause());
  }

  async run(): Promise<ImportResult> {
    this.#sliceEnd = performance.now() + SLICE_MS;
    const root = await this.#walk().finally(() => this.#closeAll());
    const snapshot = this.#withUniqueInodes(this.#links.apply(this.#store, root));
    const progress = this.#report.progress();
    this.#options.onProgress(progress);
    return { snapshot, skipped: this.#report.skipped, ...progress };
  }

  #withUniqueInodes(snapshot: Snapshot): Snapshot {
    const duplicates = this.#inodes.duplicates();
    if (duplicates.size === 0) return snapshot;
    return renumberMoved(this.#store, snapshot, duplicates, (path) => {
      this.#report.skip(path, "moved while the import ran, and imported at its other path as well");
    });
  }

  async #walk(): Promise<InodeRecord> {
    const rootEntry = this.#source.root();
    if (typeof rootEntry === "number") throw unreadableRoot(rootEntry);
    const previousRoot = this.#options.previous?.root ?? null;
    const first = await this.#open(
      this.#source.openDirectory(SourcePath.ROOT),
      SourcePath.ROOT,
      rootEntry,
      previousRoot && { ...previousRoot, name: "", linked: false },
    );
    if (first !== 0) throw unreadableRoot(first);
    const stack = this.#stack;
    while (true) {
      const frame = stack.at(-1)!;
      const next = frame.pending.pop();
      if (next !== undefined) {
        const path = frame.path.child(next.name);
        const fd = this.#openIn(frame, next.name);
        const child = await this.#open(fd, path, next, frame.previous?.get(next.name) ?? null);
        if (child !== 0) this.#report.skip(path, failureText(child));
        continue;
      }
      const record = this.#finish(frame);
      const parent = stack.at(-2);
      if (parent === undefined) return record;
      stack.pop();
      this.#climb(frame, parent);
      parent.done.push({ ...record, name: frame.entry.name, linked: false });
      if (performance.now() >= this.#sliceEnd) await this.#pause();
    }
  }

  /**
   * Begins a directory, which is open as `fd` unless that is negative: lists it and imports everything in it but its
   * directories. Resolves with a failure.
   */
  async #open(
    fd: number,
    path: SourcePath,
    entry: SourceEntry,
    before: TreeEntry | null,
  ): Promise<number> {
    if (fd < 0) return fd;
    const frame = this.#begin(fd, path, entry, before);
    const entries = this.#source.listOpen(fd, path.parent === null);
    if (typeof entries === "number") {
      this.#stack.pop();
      closeFrame(frame);
      return entries;
    }
    for (const child of entries) {
      if (child.skipped !== undefined) {
        this.#report.skip(path.child(child.name), child.skipped);
      } else if ((child.mode & S_IFMT) === S_IFDIR) frame.pending.push(child);
      else {
        const read = this.#known(frame, child) ?? this.#entries.read(fd, path, child);
        // Only large files are promises: awaiting the others would cost each a turn.
        const imported = read instanceof Promise ? await read : read;
        if (imported !== null) this.#add(frame, child, imported);
        if (performance.now() >= this.#sliceEnd) await this.#pause();
      }
    }
    frame.pending.reverse();
    return 0;
  }

  /** Puts an open directory on the stack. Those far below it are closed: a tree may be deeper than there are descriptors. */
  #begin(fd: number, path: SourcePath, entry: SourceEntry, before: TreeEntry | null): Frame {
    // It is to be closed whatever happens.
    const frame: Frame = {
      path,
      fd,
      identity: this.#identityOf(fd),
      entry,
      xattrs: null,
      previous: null,
      pending: [],
      done: [],
    };
    this.#stack.push(frame);
    const far = this.#stack.at(-1 - OPEN_DIRECTORIES);
    if (far !== undefined) closeFrame(far);
    const known = this.#previous.unchanged(entry, before);
    frame.xattrs = known !== null
      ? known.xattrs
      : this.#entries.putXattrs(path, readOpenXattrs(fd));
    frame.previous = this.#previous.entriesOf(before);
    return frame;
  }

  /** Opens a directory in another: a descriptor, or a negative errno. */
  #openIn(frame: Frame, name: string): number {
    if (frame.fd < 0) {
      const fd = this.#source.openDirectory(frame.path);
      if (fd < 0) return fd;
      frame.fd = fd;
    }
    return this.#source.openDirectoryAt(frame.fd, name);
  }

  /**
   * Closes a directory that is done. The one that it is in is opened from there if it is closed, unless another has
   * taken its place: then it is looked for at its path when it is needed.
   */
  #climb(from: Frame, to: Frame): void {
    if (to.fd < 0 && from.fd >= 0) {
      const fd = this.#source.openDirectoryAt(from.fd, "..");
      if (fd >= 0) {
        if (this.#identityOf(fd) === to.identity) to.fd = fd;
        else close(fd);
      }
    }
    closeFrame(from);
  }

  #identityOf(fd: number): string {
    fstat(fd, this.#stat);
    const { devMajor, devMinor, inoHigh, inoLow } = this.#stat;
    return `${devMajor}:${devMinor} ${inoHigh}:${inoLow}`;
  }

  #closeAll(): void {
    for (const frame of this.#stack) closeFrame(frame);
  }

  #finish(frame: Frame): InodeRecord {
    const { entry } = frame;
    const totals = totalsOf(frame.done);
    frame.done.sort((a, b) => a.name < b.name ? -1 : 1);
    this.#report.directory();
    this.#inodes.add(entry.ino);
    const content = this.#store.putTree(frame.done);
    return sourceRecord(entry, { content, chunked: false }, frame.xattrs, totals);
  }

  /** What needs no reading: another name of a linked inode, or a file the stat cache knows. */
  #known(frame: Frame, entry: SourceEntry): TreeEntry | null {
    const again = entry.nlink > 1 ? this.#links.again(entry) : null;
    if (again !== null) return again;
    const record = this.#previous.unchanged(entry, frame.previous?.get(entry.name) ?? null);
    if (record === null) return null;
    const counts = { nlink: 1, size: record.size, entries: 0 };
    const { name } = entry;
    return { ...sourceRecord(entry, record, record.xattrs, counts), name, linked: false };
  }

  #add(frame: Frame, listed: SourceEntry, imported: TreeEntry): void {
    this.#report.file(imported);
    frame.done.push(imported);
    if (!imported.linked) this.#inodes.add(imported.ino);
    if (listed.nlink > 1 && !imported.linked) this.#links.first(imported, frame.path);
  }

  /** What is imported so far. Links are not known before the end: their files will be read again. */
  #partial(): Snapshot {
    let within: TreeEntry[] = [];
    let root: InodeRecord | null = null;
    for (const { entry, xattrs, done } of this.#stack.toReversed()) {
      const entries = [...done, ...within].sort((a, b) => a.name < b.name ? -1 : 1);
      const content = this.#store.putTree(entries);
      root = sourceRecord(entry, { content, chunked: false }, xattrs, totalsOf(entries));
      within = [{ ...root, name: entry.name, linked: false }];
    }
    return { root: root!, links: null };
  }

  #isCommitDue(): boolean {
    const { commitEvery, commitEveryMs = Infinity } = this.#options;
    const { uncommitted } = this.#report;
    return uncommitted >= commitEvery ||
      uncommitted > 0 && performance.now() >= this.#lastCommit + commitEveryMs;
  }

  async #pause(): Promise<void> {
    if (this.#isCommitDue()) {
      const { onCommit } = this.#options;
      const partial = onCommit === undefined ? null : this.#partial();
      this.#store.commit();
      this.#report.committed();
      if (partial !== null) onCommit!(partial);
      this.#lastCommit = performance.now();
    }
    this.#options.onProgress(this.#report.progress());
    await this.#options.pause();
    this.#sliceEnd = performance.now() + SLICE_MS;
  }
}

function closeFrame(frame: Frame): void {
  if (frame.fd >= 0) close(frame.fd);
  frame.fd = -1;
}

function unreadableRoot(result: number): SourceError {
  return new SourceError(
    "source_unreadable",
    `Cannot import the project: its root directory cannot be read: ${failureText(result)}`,
  );
}
