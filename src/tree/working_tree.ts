/**
 * The working tree of a branch: what a mount shows and changes.
 *
 * It is a stored snapshot (or, until it is imported, the source directory) with the changes since on top.
 * Only what was looked at is in memory. Every change is in the journal before it is made here, so the tree
 * can be built again by replaying the journal over the snapshot.
 *
 * This class holds the state and the few steps everything shares: finding children, loading directories,
 * marking what differs from the snapshot. The operations stand in sibling files by topic.
 *
 * @module
 */

import { readClock, type Timestamp } from "../host/clock.ts";
import { type InodeRecord, S_IFDIR, S_IFMT, type Snapshot } from "../store/trees/entry.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import type { SourceListing, TreeSource, TreeStore } from "./nodes/backing.ts";
import { SourceContent } from "./nodes/content.ts";
import { DamageReport } from "./nodes/damage_report.ts";
import { Dirent, emptyDirectory, Inode, XATTRS_IN_SOURCE } from "./nodes/inode.ts";
import type { Journal } from "./journal/journal.ts";
import { RecordType } from "./journal/journal_record.ts";
import { NodeTable } from "./nodes/node_table.ts";
import { loadFromSource, loadFromStore } from "./load_directory.ts";
import { inodeFromListing, inodeFromRecord } from "./nodes/make_inode.ts";
import { logOrphan } from "./orphan.ts";
import { SourceFiles } from "./nodes/source_files.ts";
import { SourcePath } from "./nodes/source_path.ts";
import { Status } from "./status.ts";

export const NAME_MAX = 255;

/** Inode numbers of files made in the working tree; those of a source are below or above. */
export const FIRST_OWN_INODE = 2 ** 48;

export class WorkingTree {
  readonly root: Inode;
  readonly nodes = new NodeTable();
  /** Loaded inodes of the link table (or, in the source, with several links), by inode number. */
  links = new Map<number, Inode>();
  /** Members of `links` that differ from the link table. */
  changedLinks = new Set<Inode>();
  /** The root's own attributes differ from the snapshot's. */
  rootChanged = false;
  /** Snapshot that `changed` sets are relative to; null while the source is not imported. */
  base: Snapshot | null;
  readonly now: Timestamp = { sec: 0, nsec: 0 };
  sourceFiles: SourceFiles | null;
  /** Links that inodes of `links` have in the source, counting those outside it, as first listed. */
  sourceLinks = new Map<Inode, number>();
  /** Journal segments before this one go away when the checkpoint under way is stored. */
  safeSegment = 0;
  /** True between the taking of a capture and its end: it refers to inodes. */
  isCapturing = false;
  /** Names of files that the system makes for itself: checkpoints are to be without them. */
  keepsOut: (name: string) => boolean = () => false;
  /** Directories that such files are in, or were. */
  readonly keepingOut = new Set<Inode>();
  /** Off while the journal is replayed: its records are not written a second time. */
  journaling = true;
  /** What of the store could not be read. */
  readonly damage = new DamageReport();

  constructor(
    readonly store: TreeStore,
    readonly source: TreeSource | null,
    readonly journal: Journal,
    base: Snapshot | { readonly source: SourceListing },
    public nextInode: number,
  ) {
    if ("source" in base) {
      this.base = null;
      this.root = inodeFromListing(this.nodes.next++, SourcePath.ROOT, base.source);
      this.sourceFiles = new SourceFiles(source!);
    } else {
      this.base = base;
      this.root = this.fromRecord(base.root);
      this.sourceFiles = null;
    }
    this.nodes.addRoot(this.root);
  }

  /** An inode for a stored record, without a name yet. */
  fromRecord(record: InodeRecord): Inode {
    return inodeFromRecord(this.nodes.next++, record);
  }

  /** A new inode with the current time, not in any directory yet. */
  newInode(
    ino: number,
    mode: number,
    uid: number,
    gid: number,
    rdev: number,
    sec: number,
    nsec: number,
  ): Inode {
    const inode = new Inode(
      this.nodes.next++,
      ino,
      mode,
      uid,
      gid,
      rdev,
      0,
      sec,
      nsec,
      sec,
      nsec,
    );
    if ((mode & S_IFMT) === S_IFDIR) {
      inode.directory = emptyDirectory();
    }
    return inode;
  }

  takeInodeNumber(): number {
    return this.nextInode++;
  }

  /** Reads the clock into {@linkcode now}. Every operation that sets a time does it once. */
  tick(): void {
    readClock(this.now);
  }

  /** The inode the kernel means by a node id. */
  node(nodeId: number): Inode | undefined {
    return this.nodes.get(nodeId);
  }

  /** True if the inode has no name any more. */
  isOrphan(inode: Inode): boolean {
    return inode !== this.root && inode.parent === null;
  }

  /** Loads a directory's names if they are not. */
  load(inode: Inode): Status {
    const directory = inode.directory;
    if (inode.stale) return Status.Stale;
    if (directory === null) return Status.NotDirectory;
    if (directory.entries !== null) return Status.Ok;
    return directory.sourcePath !== null
      ? loadFromSource(this, inode, directory.sourcePath)
      : loadFromStore(this, inode);
  }

  /** The inode of the link table with that number. */
  linked(ino: number): Inode | null {
    const known = this.links.get(ino);
    if (known !== undefined) return known;
    if (this.base === null) return null;
    const record = this.store.readLink(this.base.links, ino);
    if (record === null) return null;
    const inode = this.fromRecord(record);
    inode.names = [];
    this.links.set(ino, inode);
    return inode;
  }

  /** Puts a name into a loaded directory, in memory only. */
  attach(parent: Inode, name: string, child: Inode): void {
    const directory = parent.directory!;
    const cookie = directory.nextCookie++;
    const dirent = new Dirent(child, cookie);
    directory.entries!.set(name, dirent);
    // The log may have another cookie of it, of before it was removed.
    if (directory.told > 0) this.nodes.log?.listed(parent.nodeId, [name], [cookie]);
    if (child.names !== null) child.addName(parent, name, dirent);
    if (child.parent === null) {
      child.parent = parent;
      child.name = name;
      this.nodes.renamed(child);
    }
    if (child.isDirectory) directory.subdirectories++;
  }

  /** Takes a name out of a loaded directory, in memory only. The inode stays. */
  detach(parent: Inode, name: string): Inode {
    const directory = parent.directory!;
    const dirent = directory.entries!.get(name)!;
    const child = dirent.inode;
    directory.entries!.delete(name);
    if (child.isDirectory) directory.subdirectories--;
    if (child.names !== null) child.removeName(dirent);
    if (child.parent === parent && child.name === name) {
      const other = child.names?.[0];
      child.parent = other?.parent ?? null;
      child.name = other?.name ?? "";
      this.nodes.renamed(child);
    }
    return child;
  }

  /** Finds a child. */
  lookup(parent: Inode, name: string): Inode | Status {
    const status = this.load(parent);
    if (status !== Status.Ok) return status;
    if (name.length > NAME_MAX) return Status.NameTooLong;
    return parent.directory!.entries!.get(name)?.inode ?? Status.NotFound;
  }

  /** Records that the inode differs from the snapshot. */
  changed(inode: Inode): void {
    if (inode.names !== null) {
      this.changedLinks.add(inode);
    } else if (inode === this.root) {
      this.rootChanged = true;
    } else if (inode.parent !== null) {
      this.nameChanged(inode.parent, inode.name);
    }
  }

  /** Records that what a name stands for differs from the snapshot, up to the root, unless no checkpoint has it. */
  nameChanged(parent: Inode, name: string): void {
    if (parent.directory!.keptOut?.has(name)) return;
    let [at, changedName] = [parent, name];
    while (true) {
      const { changed } = at.directory!;
      const isFirst = changed.size === 0;
      changed.add(changedName);
      if (!isFirst) return;
      if (at === this.root) this.rootChanged = true;
      if (at.parent === null) return;
      [at, changedName] = [at.parent, at.name];
    }
  }

  get isChanged(): boolean {
    return this.rootChanged || this.root.directory!.changed.size > 0 || this.changedLinks.size > 0;
  }

  /** Sets modification and change time to {@linkcode now}. */
  touch(inode: Inode): void {
    inode.mtimeSec = inode.ctimeSec = this.now.sec;
    inode.mtimeNsec = inode.ctimeNsec = this.now.nsec;
    this.changed(inode);
  }

  touchChange(inode: Inode): void {
    inode.ctimeSec = this.now.sec;
    inode.ctimeNsec = this.now.nsec;
    this.changed(inode);
  }

  /** Makes sure the journal says what the inode's node id stands for. */
  bind(inode: Inode): Status {
    if (!this.journaling) return Status.Ok;
    const { epoch } = this.journal;
    const unbound: Inode[] = [];
    for (let at: Inode | null = inode; at !== null && at !== this.root; at = at.parent) {
      if (at.boundEpoch === epoch) break;
      unbound.push(at);
    }
    // Directories first: a record names the one that the inode is in.
    for (const next of unbound.reverse()) {
      const status = this.#bindNext(next);
      if (status !== Status.Ok) return status;
    }
    return Status.Ok;
  }

  /** Binds an inode whose directory is bound. */
  #bindNext(inode: Inode): Status {
    const { journal } = this;
    // A linked inode none of whose names is loaded is found by its number.
    const unnamed = inode.parent === null && inode.names !== null;
    if (inode.parent === null && !unnamed) return logOrphan(this, inode);
    journal.record.begin(RecordType.BIND).number(inode.nodeId)
      .number(inode.parent?.nodeId ?? 0).string(unnamed ? String(inode.ino) : inode.name);
    const status = journal.append(journal.record.finish());
    if (status === Status.Ok) inode.boundEpoch = journal.epoch;
    return status;
  }

  /** Appends the record that stands in the journal's writer. */
  log(): Status {
    return this.journaling ? this.journal.append(this.journal.record.finish()) : Status.Ok;
  }

  /** Nothing is read from or written to it any more. */
  close(): void {
    this.journal.close();
    this.nodes.closeLog();
  }

  /** Number of names a directory or file has, as stat(2) counts them. */
  linkCount(inode: Inode): number {
    if (inode.directory === null) return inode.nlink;
    if (this.isOrphan(inode)) return 0;
    if (inode.directory.subdirectories < 0) this.load(inode);
    return 2 + Math.max(0, inode.directory.subdirectories);
  }

  /** Extended attributes, loaded if need be. */
  xattrs(inode: Inode): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
    if (inode.xattrs === null) return NO_XATTRS;
    if (typeof inode.xattrs === "string") {
      try {
        return this.store.readXattrs(inode.xattrs as ObjectId);
      } catch (error) {
        this.damage.note(error);
        this.damage.of(inode);
        throw error;
      }
    }
    if (inode.xattrs === XATTRS_IN_SOURCE) {
      const path = inode.directory?.sourcePath ?? sourcePathOf(inode);
      inode.xattrs = path === null ? null : this.source!.xattrs(path, inode.mode);
      return inode.xattrs ?? NO_XATTRS;
    }
    return inode.xattrs;
  }
}

const NO_XATTRS: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = new Map();

/** Where the source keeps a file that is not imported yet. */
function sourcePathOf(inode: Inode): SourcePath | null {
  let content = inode.content;
  while (content !== null && "base" in content) content = content.base;
  return content instanceof SourceContent ? content.path : null;
}
