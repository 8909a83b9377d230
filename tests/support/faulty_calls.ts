/**
 * File calls that fail where a test wants it.
 *
 * @module
 */

import { Errno } from "../../ffi/linux/errno.ts";
import { type FileCalls, SYSTEM_CALLS } from "../../src/store/files/file_calls.ts";

/** A place where something is written: a call, and the files it is about. */
export interface Site {
  readonly name: string;
  readonly call: keyof FileCalls;
  /** Of the path; for `commit` it says nothing. */
  readonly path: RegExp;
}

/** An errno for every call; or calls that are interrupted first, or write a part. */
export type Fault = ErrnoName | "interrupted" | "short";
export type ErrnoName = "ENOSPC" | "EDQUOT" | "EMFILE" | "ENOMEM" | "EIO" | "EROFS";

/** What SQLite says: result code and message (sqlite.org/rescode.html). */
const SQLITE_ERRORS: Readonly<Record<ErrnoName, readonly [number, string]>> = {
  ENOSPC: [13, "database or disk is full"],
  EDQUOT: [13, "database or disk is full"],
  EMFILE: [14, "unable to open database file"],
  ENOMEM: [7, "out of memory"],
  EIO: [10, "disk I/O error"],
  EROFS: [8, "attempt to write a readonly database"],
};

export class FaultyCalls implements FileCalls {
  #site: Site | null = null;
  #fault: Fault = "EIO";
  readonly #paths = new Map<number, string>();
  /** Calls that met the fault since it was set. */
  hits = 0;

  set(site: Site, fault: Fault): void {
    this.#site = site;
    this.#fault = fault;
    this.hits = 0;
  }

  clear(): void {
    this.#site = null;
  }

  open = (path: string, flags: number, mode?: number) => {
    const fd = this.#failing("open", path) ?? SYSTEM_CALLS.open(path, flags, mode);
    if (fd >= 0) this.#paths.set(fd, path);
    return fd;
  };

  pwrite = (fd: number, bytes: Uint8Array<ArrayBuffer>, offset: number, length: number) => {
    const failed = this.#failing("pwrite", this.#paths.get(fd)!);
    if (failed !== null) return failed;
    const isShort = this.#fault === "short" && this.#meets("pwrite", this.#paths.get(fd)!);
    if (isShort) this.hits++;
    return SYSTEM_CALLS.pwrite(fd, bytes, offset, isShort ? Math.ceil(length / 3) : length);
  };

  ftruncate = (fd: number, length: number) =>
    this.#failing("ftruncate", this.#paths.get(fd)!) ?? SYSTEM_CALLS.ftruncate(fd, length);

  fallocate = (fd: number, offset: number, length: number) =>
    this.#failing("fallocate", this.#paths.get(fd)!) ??
      SYSTEM_CALLS.fallocate(fd, offset, length);
  fallocateBehind = (fd: number, offset: number, length: number) =>
    this.#failing("fallocate", this.#paths.get(fd)!) ??
      SYSTEM_CALLS.fallocateBehind(fd, offset, length);

  fsync = (fd: number) => this.#failing("fsync", this.#paths.get(fd)!) ?? SYSTEM_CALLS.fsync(fd);

  fdatasync = (fd: number) =>
    this.#failing("fdatasync", this.#paths.get(fd)!) ?? SYSTEM_CALLS.fdatasync(fd);

  rename = (from: string, to: string) => {
    this.#throwing("rename", to);
    SYSTEM_CALLS.rename(from, to);
  };

  remove = (path: string) => {
    this.#throwing("remove", path);
    SYSTEM_CALLS.remove(path);
  };

  commit: FileCalls["commit"] = (index) => {
    const failed = this.#failing("commit", "");
    if (failed === null) return SYSTEM_CALLS.commit(index);
    const [errcode, message] = SQLITE_ERRORS[this.#fault as ErrnoName];
    throw Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });
  };

  #meets(call: keyof FileCalls, path: string): boolean {
    return this.#site?.call === call && this.#site.path.test(path);
  }

  /** The result of a call that fails, or null. */
  #failing(call: keyof FileCalls, path: string): number | null {
    if (this.#fault === "short" || !this.#meets(call, path)) return null;
    this.hits++;
    if (this.#fault !== "interrupted") return -Errno[this.#fault];
    return this.hits % 3 === 0 ? null : -Errno.EINTR;
  }

  #throwing(call: keyof FileCalls, path: string): void {
    if (this.#failing(call, path) === null) return;
    throw Object.assign(new Error(`${this.#fault}: ${call} ${path}`), { code: this.#fault });
  }
}
