/**
 * How the source differs from what was read of it earlier, as far as stat(2) tells. No file is read.
 *
 * Kind, mode, owner, size and mtime say that a file is another one. Where only the inode number or ctime differ it may
 * be (a copy that keeps times, `touch -d`) or may not (another hard link was made): those are counted by themselves.
 *
 * @module
 */

import type { Timestamp } from "../host/clock.ts";
import { close, emptyStat, fstat, type Stat } from "../host/files.ts";
import { LinkLookup } from "../history/snapshots/link_lookup.ts";
import { isDirectory } from "../history/snapshots/record.ts";
import type { ChangeCounts } from "../history/commits/commit.ts";
import {
  type InodeRecord,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  type Snapshot,
  type TreeEntry,
} from "../store/trees/entry.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import type { Work } from "../store/format/sliced.ts";
import type { Store } from "../store/store.ts";
import { NEW_INODES } from "./inode_number.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import type { SourceDirectory, SourceEntry } from "./read_source.ts";

export interface SourceChanges extends ChangeCounts {
  /** Files of which only the inode number or ctime is another one. */
  readonly touched: number;
  /** Of what is added, modified or deleted, the last to be so. */
  readonly newest: { readonly path: string; readonly time: Timestamp } | null;
}

/** What was imported. */
export interface ImportedSource {
  readonly snapshot: Snapshot;
  /** When it was read, ms since 1970. */
  readonly time: number;
}

/** Called with each path that is added, modified or deleted; of a directory that is deleted only with that itself. */
export type OnChanged = (how: keyof ChangeCounts, path: SourcePath) => void;

/** Compares, a directory at a time. What cannot be read now is taken to be unchanged. */
export function compareSource(
  store: Store,
  source: SourceDirectory,
  imported: ImportedSource,
  onChanged: OnChanged = () => {},
): Work<SourceChanges> {
  return new Comparison(store, source, imported, onChanged).run();
}

/** A directory to be compared; `before` is null where the import had none. */
interface Waiting {
  readonly path: SourcePath;
  readonly before: ObjectId | null;
}

type Changed = Pick<Stat, "ctimeSec" | "ctimeNsec">;

class Comparison {
  readonly #store: Store;
  readonly #source: SourceDirectory;
  readonly #imported: ImportedSource;
  readonly #links: LinkLookup;
  readonly #waiting: Waiting[];
  readonly #stat = emptyStat();
  readonly #counts = { added: 0, modified: 0, deleted: 0, touched: 0 };
  #newest: { path: SourcePath; time: Timestamp } | null = null;

  readonly #onChanged: OnChanged;

  constructor(
    store: Store,
    source: SourceDirectory,
    imported: ImportedSource,
    onChanged: OnChanged,
  ) {
    this.#onChanged = onChanged;
    this.#store = store;
    this.#source = source;
    this.#imported = imported;
    this.#links = new LinkLookup(store, imported.snapshot.links);
    this.#waiting = [{ path: SourcePath.ROOT, before: imported.snapshot.root.content }];
  }

  *run(): Work<SourceChanges> {
    let done = 0;
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      done += this.#directory(next);
      yield {
        phase: "comparing",
        done,
        total: this.#imported.snapshot.root.entries,
        unit: "records",
      };
    }
    const newest = this.#newest;
    return {
      ...this.#counts,
      newest: newest === null ? null : { path: `${newest.path}`, time: newest.time },
    };
  }

  #directory({ path, before }: Waiting): number {
    const fd = this.#source.openDirectory(path);
    if (fd < 0) return 0;
    try {
      const entries = this.#source.listOpen(fd, path === SourcePath.ROOT);
      if (typeof entries === "number") return 0;
      const known = new Map<string, TreeEntry>();
      if (before !== null) {
        for (const entry of this.#store.readTree(before)) known.set(entry.name, entry);
      }
      for (const entry of entries) {
        const was = known.get(entry.name);
        known.delete(entry.name);
        if (entry.skipped === undefined) this.#entry(fd, path.child(entry.name), entry, was);
      }
      for (const gone of known.values()) this.#deleted(fd, path, gone);
      return entries.length;
    } finally {
      close(fd);
    }
  }

  #entry(fd: number, path: SourcePath, entry: SourceEntry, was: TreeEntry | undefined): void {
    const record = was === undefined ? null : was.linked ? this.#links.get(was.ino) : was;
    if (record === null && this.#wasLeftOut(fd, path, entry)) return;
    const isNowDirectory = isOfKind(entry, S_IFDIR);
    if (isNowDirectory) {
      const before = isDirectory(was) ? was.content : null;
      this.#waiting.push({ path, before });
    } else if (isDirectory(was)) this.#counts.deleted += was.entries;
    if (record === null) this.#changed("added", path, entry);
    else if (isOther(entry, record)) this.#changed("modified", path, entry);
    else if (!isNowDirectory && isTouched(entry, record)) this.#counts.touched++;
  }

  #deleted(fd: number, directory: SourcePath, entry: TreeEntry): void {
    if (isDirectory(entry)) this.#counts.deleted += entry.entries;
    if (fstat(fd, this.#stat) < 0) return;
    this.#changed("deleted", directory.child(entry.name), this.#stat);
  }

  #changed(how: keyof ChangeCounts, path: SourcePath, at: Changed): void {
    this.#counts[how]++;
    this.#onChanged(how, path);
    const time = { sec: at.ctimeSec, nsec: at.ctimeNsec };
    // Of several in one tick of the clock the last that is met: what is in a directory comes after it. When a name was
    // deleted is not known better than when its directory changed last, which a new name does as well.
    const isNewest = this.#newest === null || isLater(time, this.#newest.time) ||
      how !== "deleted" && !isLater(this.#newest.time, time);
    if (isNewest) this.#newest = { path, time };
  }

  /** True if it was there during the import already, which could not read it either. */
  #wasLeftOut(directory: number, path: SourcePath, entry: SourceEntry): boolean {
    if (entry.ctimeSec * 1000 > this.#imported.time) return false;
    const fd = isOfKind(entry, S_IFDIR)
      ? this.#source.openDirectory(path)
      : isOfKind(entry, S_IFREG)
      ? this.#source.openFileAt(directory, entry.name)
      : 0;
    if (fd > 0) close(fd);
    return fd < 0;
  }
}

function isOfKind({ mode }: { mode: number }, kind: number): boolean {
  return (mode & S_IFMT) === kind;
}

function isOther(entry: SourceEntry, record: InodeRecord): boolean {
  if (entry.mode !== record.mode || entry.uid !== record.uid || entry.gid !== record.gid) {
    return true;
  }
  if (entry.rdev !== record.rdev) return true;
  // Of a directory, size and mtime follow its names, and those are compared.
  if (isOfKind(entry, S_IFDIR)) return false;
  const hasSize = isOfKind(entry, S_IFREG) || isOfKind(entry, S_IFLNK);
  return hasSize && entry.size !== record.size || entry.mtimeSec !== record.mtimeSec ||
    entry.mtimeNsec !== record.mtimeNsec;
}

function isTouched(entry: SourceEntry, record: InodeRecord): boolean {
  // Larger numbers are made of the device's, which is another one after each start of the machine.
  const known = record.ino < NEW_INODES;
  return known && entry.ino !== record.ino || entry.ctimeSec !== record.ctimeSec ||
    entry.ctimeNsec !== record.ctimeNsec;
}

function isLater(a: Timestamp, b: Timestamp): boolean {
  return a.sec > b.sec || a.sec === b.sec && a.nsec > b.nsec;
}
