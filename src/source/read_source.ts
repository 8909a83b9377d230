/**
 * Reading the source directory: one directory, one file, one link at a time.
 *
 * No symlink is ever followed, at any component: the source may change under us, and a path that becomes a
 * symlink must not lead out of it. Paths may be longer than those that a system call takes.
 * Nothing here leaves a trace in the source: access times stay as they are where the system lets us ask that.
 *
 * @module
 */

import type { SourceIdentity } from "./source_identity.ts";
import { failureCode, isFailure } from "../host/failure.ts";
import { binaryName, cString, displayString } from "../../ffi/binary_string.ts";
import {
  countStreams,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  openat,
  readDirectory,
  readlinkat,
  statx,
} from "../host/source_files.ts";
import {
  birthTime,
  close,
  emptyStat,
  fstat,
  O_DIRECTORY,
  O_RDONLY,
  open,
  type Stat,
} from "../host/files.ts";
import { S_IFDIR, S_IFMT, S_IFREG, S_IFSOCK } from "../store/trees/entry.ts";
import { isDraftName } from "./draft_name.ts";
import { shownInode } from "./inode_number.ts";
import { PathOpener } from "./path_opener.ts";
import { readOpenXattrs, readXattrsAt, type XattrReading } from "./read_xattrs.ts";
import type { SourceListing, TreeSource } from "../tree/nodes/backing.ts";
import { failureText, SourceError } from "./source_error.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";

/** A name of a source directory and what stat(2) tells of it. With a reason to skip it the rest may be 0. */
export type SourceEntry = SourceListing;

/** The name at the root that the mount answers itself. */
const OWN_NAME = ".agentvfs";

const DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
/** O_NONBLOCK: a fifo that took the file's place must not block us. */
const FILE_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

const stat = emptyStat();
const link = new Uint8Array(4096);

export class SourceDirectory implements TreeSource {
  /** Of the root when it was opened. */
  readonly rootStat: Readonly<Stat>;
  #root: number;
  readonly #opener: PathOpener;

  /** Throws {@linkcode SourceError} if there is no readable directory at `rootPath` (a binary string). */
  constructor(rootPath: string) {
    const fd = open(cString(rootPath), O_RDONLY | O_DIRECTORY);
    if (fd < 0) throw cannotOpen(rootPath, fd);
    const rootStat = emptyStat();
    fstat(fd, rootStat);
    this.#root = fd;
    this.#opener = new PathOpener(fd);
    this.rootStat = rootStat;
  }

  /** Every name of the directory in the order of its bytes, or a failure. */
  list(path: SourcePath): SourceEntry[] | number {
    const fd = this.openDirectory(path);
    if (fd < 0) return fd;
    const entries = this.listOpen(fd, path.parent === null);
    close(fd);
    return entries;
  }

  /** As {@linkcode list}, of an open directory. `isRoot` if it is the root of the source. */
  listOpen(fd: number, isRoot: boolean): SourceEntry[] | number {
    const names = readDirectory(fd);
    if (typeof names === "number") return names;
    const entries: SourceEntry[] = [];
    for (const { name } of names) {
      const result = statx(fd, cString(name), stat);
      if (isFailure(result, "ENOENT")) continue;
      if (result < 0) entries.push({ ...NO_ENTRY, name, skipped: failureText(result) });
      else if (isRoot && name === OWN_NAME) {
        entries.push({ ...this.describe(name, stat), skipped: "this name is the mount's own" });
      } else if (isDraftName(name)) {
        const skipped = "an apply that was interrupted left it";
        entries.push({ ...this.describe(name, stat), skipped });
      } else if ((stat.mode & S_IFMT) === S_IFSOCK) {
        entries.push({ ...this.describe(name, stat), skipped: "socket" });
      } else entries.push(this.describe(name, stat));
    }
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** The root itself as an entry with an empty name, read anew, or a failure. */
  root(): SourceEntry | number {
    const result = fstat(this.#root, stat);
    return result < 0 ? result : this.describe("", stat);
  }

  /** Which directory it is. */
  identity(): SourceIdentity {
    const { devMajor, devMinor, inoHigh, inoLow } = this.rootStat;
    return {
      device: `${devMajor}:${devMinor}`,
      inode: String(BigInt(inoHigh) * 2n ** 32n + BigInt(inoLow)),
      birth: birthTime(this.#root),
    };
  }

  /** Opens a directory for reading: a descriptor, or a failure. */
  openDirectory(path: SourcePath): number {
    return withoutAtime((extra) => this.#opener.open(path, DIRECTORY_FLAGS | extra));
  }

  /** As {@linkcode openDirectory}, of one name in an open directory. */
  openDirectoryAt(directory: number, name: string): number {
    const path = cString(name);
    return withoutAtime((extra) => openat(directory, path, DIRECTORY_FLAGS | extra));
  }

  /** Opens what is expected to be a regular file, for reading: a descriptor, or a failure. */
  openFile(path: SourcePath): number {
    return withoutAtime((extra) => this.#opener.open(path, FILE_FLAGS | extra));
  }

  /** As {@linkcode openFile}, of one name in an open directory. */
  openFileAt(directory: number, name: string): number {
    const path = cString(name);
    return withoutAtime((extra) => openat(directory, path, FILE_FLAGS | extra));
  }

  /** The link's target (a binary string), or a failure. */
  readLink(path: SourcePath): string | number {
    return this.#inParent(path, (directory, name) => this.readLinkAt(directory, name));
  }

  /** As {@linkcode readLink}, of one name in an open directory. */
  readLinkAt(directory: number, name: string): string | number {
    const length = readlinkat(directory, cString(name), link);
    return length < 0 ? length : binaryName(link, 0, length);
  }

  /**
   * Extended attributes (names are binary strings) without ACLs; null where there are none or they
   * cannot be read. `mode` says what kind of file it is expected to be.
   */
  xattrs(path: SourcePath, mode: number): Map<string, Uint8Array<ArrayBuffer>> | null {
    return this.readXattrs(path, mode).values;
  }

  /** As {@linkcode xattrs}, telling also whether ACLs were left out. */
  readXattrs(path: SourcePath, mode: number): XattrReading {
    const kind = mode & S_IFMT;
    if (kind !== S_IFREG && kind !== S_IFDIR) {
      const reading = this.#inParent(path, readXattrsAt);
      return typeof reading === "number" ? { values: null, acl: false } : reading;
    }
    const fd = kind === S_IFDIR ? this.openDirectory(path) : this.openFile(path);
    if (fd < 0) return { values: null, acl: false };
    const reading = readOpenXattrs(fd);
    close(fd);
    return reading;
  }

  /** Bytes that an open file has beside its own, of which a tree knows nothing. */
  streams(fd: number): number {
    return countStreams(fd);
  }

  close(): void {
    this.#opener.close();
    close(this.#root);
    this.#root = -1;
  }

  #inParent<T>(
    { parent, name }: SourcePath,
    use: (directory: number, name: string) => T,
  ): T | number {
    const fd = this.#opener.open(parent!, O_PATH | O_DIRECTORY);
    if (fd < 0) return fd;
    const result = use(fd, name);
    close(fd);
    return result;
  }

  /** What `stat` says, as the entry of a name. */
  describe(name: string, stat: Stat): SourceEntry {
    return {
      name,
      mode: stat.mode,
      uid: stat.uid,
      gid: stat.gid,
      rdev: stat.rdev,
      ino: shownInode(stat, this.rootStat.devMajor, this.rootStat.devMinor),
      size: stat.size,
      blocks: stat.blocks,
      nlink: stat.nlink,
      mtimeSec: stat.mtimeSec,
      mtimeNsec: stat.mtimeNsec,
      ctimeSec: stat.ctimeSec,
      ctimeNsec: stat.ctimeNsec,
    };
  }
}

const NO_ENTRY: Omit<SourceEntry, "name"> = {
  mode: 0,
  uid: 0,
  gid: 0,
  rdev: 0,
  ino: 0,
  size: 0,
  blocks: 0,
  nlink: 0,
  mtimeSec: 0,
  mtimeNsec: 0,
  ctimeSec: 0,
  ctimeNsec: 0,
};

/** O_NOATIME is for owners only (EPERM otherwise, open(2)); then the access time moves. */
function withoutAtime(open: (extraFlags: number) => number): number {
  const fd = open(O_NOATIME);
  return isFailure(fd, "EPERM") ? open(0) : fd;
}

function cannotOpen(rootPath: string, result: number): SourceError {
  const shown = displayString(rootPath);
  switch (failureCode(result)) {
    case "ENOENT":
      return new SourceError(
        "source_missing",
        `Cannot open ${shown}: there is no such directory`,
      );
    case "ENOTDIR":
      return new SourceError(
        "source_not_directory",
        `Cannot use ${shown} as a project: it is not a directory`,
      );
    default:
      return new SourceError(
        "source_unreadable",
        `Cannot read the directory ${shown}: ${failureText(result)}`,
      );
  }
}
