/**
 * The directory that an apply changes, and those below it, open.
 *
 * All that is done to a name is done in its open directory, which was found beneath the root without following a symlink.
 *
 * @module
 */

import { cString, displayString } from "../../ffi/binary_string.ts";
import { failureCode, isFailure } from "../host/failure.ts";
import { close, emptyStat, fstat, O_DIRECTORY, O_RDONLY, open, type Stat } from "../host/files.ts";
import { mayChangeNames } from "../host/project_files.ts";
import { O_NOFOLLOW, O_PATH } from "../host/source_files.ts";
import { PathOpener } from "../source/path_opener.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { ApplyError, callFailed } from "./apply_error.ts";
import { DirectoryGone } from "./left_alone.ts";
import type { ProjectCalls } from "./project_calls.ts";

/** Directories that are open at once. */
const OPEN_DIRECTORIES = 64;
/** More changed directories than this are made durable with their whole file system. */
const SYNCED_ONE_BY_ONE = 16;

const DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

/** Why a directory cannot be opened that was there when it was looked at. */
const GONE: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "its directory is gone"],
  ["ENOTDIR", "its directory became something else"],
  ["ELOOP", "its directory became a symbolic link"],
]);

export class ProjectRoot {
  readonly stat: Readonly<Stat>;
  readonly #calls: ProjectCalls;
  #fd: number;
  readonly #opener: PathOpener;
  /** The one used last at the end. */
  readonly #open = new Map<SourcePath, number>();
  /** Directories in which something changed, and their devices. */
  readonly #changed = new Map<SourcePath, string>();
  #hasChangesInPlace = false;
  /** Directories that nobody may write in, but we for now, and what their mode is else. */
  readonly #loosened = new Map<SourcePath, number>();

  /** @param path a binary string. Throws {@linkcode ApplyError} where there is no directory. */
  constructor(path: string, calls: ProjectCalls) {
    const fd = open(cString(path), O_RDONLY | O_DIRECTORY);
    if (isFailure(fd, "ENOENT") || isFailure(fd, "ENOTDIR")) {
      throw new ApplyError("root_missing", `There is no directory ${displayString(path)}`);
    }
    if (fd < 0) throw callFailed("open", "", fd);
    this.#fd = fd;
    this.#calls = calls;
    this.#opener = new PathOpener(fd);
    const stat = emptyStat();
    fstat(fd, stat);
    this.stat = stat;
  }

  /** The open directory, which stays ours. Throws {@linkcode DirectoryGone} where there is none any more. */
  directory(path: SourcePath): number {
    let fd = this.#open.get(path);
    if (fd !== undefined) this.#open.delete(path);
    else {
      fd = this.#openDirectory(path);
      if (this.#open.size === OPEN_DIRECTORIES) this.#closeOne(this.#open.keys().next().value!);
    }
    this.#open.set(path, fd);
    return fd;
  }

  /** As {@linkcode directory}, to change names in it. */
  changing(path: SourcePath): number {
    const fd = this.directory(path);
    if (this.#changed.has(path)) return fd;
    const stat = this.#change(path, fd);
    if (stat.uid === Deno.uid() && !mayChangeNames(fd)) this.#loosen(path, fd, stat.mode);
    return fd;
  }

  /** As {@linkcode directory}, to change what it is itself. */
  changingItself(path: SourcePath): number {
    const fd = this.directory(path);
    this.#change(path, fd);
    return fd;
  }

  /** Something was changed that is not durable with its directory. */
  changedInPlace(): void {
    this.#hasChangesInPlace = true;
  }

  /** The directory was taken away, or is about to be. */
  forget(path: SourcePath): void {
    this.#closeOne(path);
    this.#changed.delete(path);
    this.#loosened.delete(path);
  }

  /** The directory's mode is final. */
  settled(path: SourcePath): void {
    this.#loosened.delete(path);
  }

  /** Makes durable what was done to names. */
  sync(): void {
    const byDevice = this.#hasChangesInPlace || this.#changed.size > SYNCED_ONE_BY_ONE;
    const synced = new Set<string>();
    for (const [path, device] of this.#changed) {
      if (byDevice && synced.has(device)) continue;
      const fd = this.#find(path);
      if (fd === null) continue;
      const result = byDevice ? this.#calls.syncfs(fd) : this.#calls.fsync(fd);
      if (result < 0) throw callFailed("sync", `${path}`, result);
      synced.add(device);
    }
    this.#changed.clear();
  }

  /** Gives directories the modes back that they had. */
  tighten(): void {
    for (const [path, mode] of this.#loosened) {
      const fd = this.#find(path);
      if (fd !== null) this.#calls.chmod(fd, mode & 0o7777);
    }
    this.#loosened.clear();
  }

  close(): void {
    for (const path of [...this.#open.keys()]) this.#closeOne(path);
    this.#opener.close();
    close(this.#fd);
    this.#fd = -1;
  }

  #change(path: SourcePath, fd: number): Stat {
    const stat = emptyStat();
    fstat(fd, stat);
    this.#changed.set(path, `${stat.devMajor}:${stat.devMinor}`);
    return stat;
  }

  #find(path: SourcePath): number | null {
    try {
      return this.directory(path);
    } catch (error) {
      // Whoever took it away has what was in it.
      if (error instanceof DirectoryGone) return null;
      throw error;
    }
  }

  #openDirectory(path: SourcePath): number {
    let fd = this.#opener.open(path, DIRECTORY_FLAGS);
    if (isFailure(fd, "EACCES") && this.#makeReadable(path)) {
      fd = this.#opener.open(path, DIRECTORY_FLAGS);
    }
    if (fd >= 0) return fd;
    const reason = GONE.get(failureCode(fd));
    if (reason !== undefined) throw new DirectoryGone(reason);
    throw callFailed("open the directory", `${path}`, fd);
  }

  #makeReadable(path: SourcePath): boolean {
    const fd = this.#opener.open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (fd < 0) return false;
    const stat = emptyStat();
    fstat(fd, stat);
    if (stat.uid === Deno.uid()) this.#loosen(path, fd, stat.mode);
    close(fd);
    return stat.uid === Deno.uid();
  }

  #loosen(path: SourcePath, fd: number, mode: number): void {
    const result = this.#calls.chmod(fd, mode & 0o7777 | 0o700);
    if (result < 0) throw callFailed("write in", `${path}`, result);
    if (!this.#loosened.has(path)) this.#loosened.set(path, mode);
  }

  #closeOne(path: SourcePath): void {
    const fd = this.#open.get(path);
    if (fd === undefined) return;
    this.#open.delete(path);
    close(fd);
  }
}
