/**
 * The project as a snapshot of how it is now, made from an earlier one and a walk that only calls stat(2).
 *
 * What did not change since is not read, and a directory in which nothing did keeps its tree object. What the importer
 * would have to be asked about, because an inode's other names may be anywhere in the tree, is left to the importer.
 *
 * @module
 */

import type { Timestamp } from "../host/clock.ts";
import { close } from "../host/files.ts";
import { graftPaths } from "../history/rollback/graft.ts";
import { sameRecord } from "../history/snapshots/link_changes.ts";
import { lookupEntry } from "../history/snapshots/lookup_path.ts";
import { applyEdits, TreeEdits } from "../history/snapshots/path_edits.ts";
import { isDirectory } from "../history/snapshots/record.ts";
import type { PathSet } from "../history/snapshots/path_set.ts";
import { emptyTotals, recordedTotals } from "../history/snapshots/totals.ts";
import {
  type InodeEntry,
  type InodeRecord,
  S_IFDIR,
  S_IFMT,
  type Snapshot,
  type TreeEntry,
} from "../store/trees/entry.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { EntryImporter } from "./import_entry.ts";
import { ImportReport } from "./import_report.ts";
import { importSource, type SkippedPath } from "./import_source.ts";
import { InodeList } from "./inode_list.ts";
import { PreviousImport } from "./previous_import.ts";
import type { SourceDirectory, SourceEntry } from "./read_source.ts";
import { readOpenXattrs } from "./read_xattrs.ts";
import { failureText, SourceError } from "./source_error.ts";
import { sourceRecord } from "./source_record.ts";

export interface LookOptions {
  /** The project as it was seen before, */
  readonly previous: Snapshot;
  /** and when that look began. Without it every file is read. */
  readonly previousTime: Timestamp | undefined;
  /** Only the directories on the way to these paths are looked at; else everything. */
  readonly only?: PathSet;
  /** Awaited about every 10 ms of work. */
  pause(): Promise<void>;
}

export interface Look {
  /** `previous` itself where nothing changed. */
  readonly snapshot: Snapshot;
  /** Files that were read. */
  readonly read: number;
  /** What is not in the snapshot as it is in the project, and why. What cannot be read is taken to be as it was. */
  readonly skipped: readonly SkippedPath[];
}

/** Puts objects; commits nothing, unless very much is new. Throws {@linkcode SourceError} where the root cannot be read. */
export async function lookAtSource(
  store: StoreWriter,
  source: SourceDirectory,
  options: LookOptions,
): Promise<Look> {
  return await new Walk(store, source, options).run() ?? await importAll(store, source, options);
}

/** How long the walk works between two pauses, ms. */
const SLICE_MS = 10;
/** The store is committed each time about this many bytes were added by the importer. */
const COMMIT_EVERY = 256 * 1024 * 1024;

interface Waiting {
  readonly path: SourcePath;
  readonly entry: SourceEntry;
  readonly before: InodeEntry | null;
  readonly only: PathSet | null;
}

class Walk {
  readonly #store: StoreWriter;
  readonly #source: SourceDirectory;
  readonly #options: LookOptions;
  readonly #previous: PreviousImport;
  readonly #report = new ImportReport();
  readonly #entries: EntryImporter;
  readonly #edits = new TreeEdits();
  readonly #inodes = new InodeList();
  readonly #waiting: Waiting[] = [];
  readonly #hasLinks: boolean;
  #root: InodeEntry;
  #read = 0;
  #isChanged = false;
  /** Other names of an inode may be concerned. */
  #needsAll = false;
  #sliceEnd = 0;

  constructor(store: StoreWriter, source: SourceDirectory, options: LookOptions) {
    this.#store = store;
    this.#source = source;
    this.#options = options;
    this.#previous = new PreviousImport(store, options.previous, options.previousTime);
    this.#entries = new EntryImporter(store, source, this.#report, () => this.#pause());
    this.#hasLinks = options.previous.links !== null;
    this.#root = { ...options.previous.root, name: "", linked: false };
  }

  /** Null where the importer has to be asked. */
  async run(): Promise<Look | null> {
    this.#sliceEnd = performance.now() + SLICE_MS;
    const { previous, only } = this.#options;
    const entry = this.#source.root();
    if (typeof entry === "number") throw unreadable(entry);
    const before = this.#root;
    this.#waiting.push({ path: SourcePath.ROOT, entry, before, only: only ?? null });
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      await this.#directory(next);
      if (this.#needsAll) return null;
      if (performance.now() >= this.#sliceEnd) await this.#pause();
    }
    // A file that was moved while the walk went on may have been met twice, or a link made.
    if (only === undefined && this.#inodes.duplicates().size > 0) return null;
    const { skipped } = this.#report;
    const snapshot = this.#isChanged
      ? { ...previous, root: applyEdits(this.#store, this.#root, this.#edits.root) }
      : previous;
    return { snapshot, read: this.#read, skipped };
  }

  async #directory({ path, entry, before, only }: Waiting): Promise<void> {
    const fd = this.#source.openDirectory(path);
    const listed = fd < 0 ? fd : this.#source.listOpen(fd, path.parent === null);
    try {
      if (typeof listed === "number") {
        if (path.parent === null) throw unreadable(listed);
        // As it was; of one that is new nothing is known.
        this.#report.skip(path, failureText(listed));
        return;
      }
      this.#inodes.add(entry.ino);
      this.#attributes(fd, path, entry, before);
      await this.#names(fd, path, listed, before, only);
    } finally {
      if (fd >= 0) close(fd);
    }
  }

  /** The directory's own record. */
  #attributes(fd: number, path: SourcePath, entry: SourceEntry, before: InodeEntry | null): void {
    const known = this.#previous.unchanged(entry, before);
    const xattrs = known !== null
      ? known.xattrs
      : this.#entries.putXattrs(path, readOpenXattrs(fd));
    const content = { content: before?.content ?? null, chunked: false };
    const totals = before === null ? emptyTotals() : recordedTotals(before);
    const record = sourceRecord(entry, content, xattrs, totals);
    if (before !== null && isSame(before, record)) return;
    const changed: InodeEntry = { ...record, name: path.name, linked: false };
    this.#isChanged = true;
    if (path.parent === null) this.#root = { ...changed, name: "" };
    else this.#edits.at(path.parent).entries.set(path.name, changed);
  }

  async #names(
    fd: number,
    path: SourcePath,
    listed: readonly SourceEntry[],
    before: InodeEntry | null,
    only: PathSet | null,
  ): Promise<void> {
    const known = before === null ? [] : this.#store.readTree(before.content);
    let i = 0;
    // Both are in the order of their names.
    for (const entry of listed) {
      for (; i < known.length && known[i]!.name < entry.name; i++) this.#gone(path, known[i]!);
      const was = known[i]?.name === entry.name ? known[i++]! : null;
      await this.#name(fd, path, entry, was, only);
      if (performance.now() >= this.#sliceEnd) await this.#pause();
    }
    for (; i < known.length; i++) this.#gone(path, known[i]!);
  }

  async #name(
    fd: number,
    directory: SourcePath,
    entry: SourceEntry,
    was: TreeEntry | null,
    only: PathSet | null,
  ): Promise<void> {
    if (entry.skipped !== undefined) {
      // Whoever is not asked says mode 0; a socket and our own name are known for what they are.
      if (was !== null && entry.mode !== 0) this.#gone(directory, was);
      else if (entry.mode === 0) this.#report.skip(directory.child(entry.name), entry.skipped);
      return;
    }
    const isWas = isDirectory(was);
    if ((entry.mode & S_IFMT) === S_IFDIR) {
      const below = only === null || only.isMember ? null : only.below.get(entry.name);
      if (below === undefined && isWas) return;
      if (was !== null && !isWas && was.linked) this.#needsAll = true;
      const path = directory.child(entry.name);
      this.#waiting.push({ path, entry, before: isWas ? was : null, only: below ?? null });
      return;
    }
    const unchanged = this.#previous.unchanged(entry, was);
    if (was?.linked) {
      if (unchanged === null) this.#needsAll = true;
      return;
    }
    if (unchanged !== null) {
      this.#inodes.add(entry.ino);
      return;
    }
    if (entry.nlink > 1 && was?.ino !== entry.ino || isWas && this.#hasLinks) {
      this.#needsAll = true;
      return;
    }
    this.#read++;
    const read = this.#entries.read(fd, directory, entry);
    // Only large files are promises.
    const imported = read instanceof Promise ? await read : read;
    this.#inodes.add(imported?.ino ?? entry.ino);
    if (imported === null || was !== null && isSame(was, imported)) return;
    this.#isChanged = true;
    this.#edits.at(directory).entries.set(entry.name, imported);
  }

  #gone(directory: SourcePath, was: TreeEntry): void {
    if (was.linked || this.#hasLinks && isDirectory(was)) this.#needsAll = true;
    this.#isChanged = true;
    this.#edits.at(directory).entries.set(was.name, null);
  }

  async #pause(): Promise<void> {
    await this.#options.pause();
    this.#sliceEnd = performance.now() + SLICE_MS;
  }
}

async function importAll(
  store: StoreWriter,
  source: SourceDirectory,
  { previous, previousTime, pause }: LookOptions,
): Promise<Look> {
  const result = await importSource(store, source, {
    previous,
    ...(previousTime === undefined ? {} : { previousTime }),
    onProgress: () => {},
    pause,
    commitEvery: COMMIT_EVERY,
  });
  const { skipped } = result;
  // As it was where it cannot be read now.
  const kept = skipped.map(({ path }) => path).filter((path) =>
    lookupEntry(store, result.snapshot, path) === null &&
    lookupEntry(store, previous, path) !== null && isThere(source, path)
  );
  let next = 2 ** 52 - 1;
  const snapshot = kept.length === 0
    ? result.snapshot
    : graftPaths(store, result.snapshot, previous, kept, { allocateInode: () => --next });
  return { snapshot, read: result.files, skipped };
}

/** True for what is there and only cannot be read. */
function isThere(source: SourceDirectory, path: string): boolean {
  const names = path.split("/");
  const name = names.pop()!;
  const directory = names.reduce((at, name) => at.child(name), SourcePath.ROOT);
  const listed = source.list(directory);
  // What is in a directory that cannot be read is kept with it.
  if (typeof listed === "number") return false;
  const entry = listed.find((entry) => entry.name === name);
  return entry !== undefined && (entry.skipped === undefined || entry.mode === 0);
}

function isSame(before: InodeEntry, now: InodeRecord): boolean {
  return before.ino === now.ino && sameRecord(before, now);
}

function unreadable(result: number): SourceError {
  return new SourceError(
    "source_unreadable",
    `Cannot look at the project: its root directory cannot be read: ${failureText(result)}`,
  );
}
