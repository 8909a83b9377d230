/**
 * Where one check works and what it notes down.
 *
 * @module
 */

import { errnoName } from "./errno_names.ts";
import { NeedsKernel } from "./in_process/needs_kernel.ts";
import {
  close,
  getdents,
  isKernel,
  mkdirat,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  openat,
  pread,
  pwrite,
  setEffectiveIds,
  type Stat,
  stat,
} from "./system_calls.ts";

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

const COARSE_TICK_MS = 10;

export class Lab {
  /** Descriptor of the check's own, empty directory: what paths are relative to. */
  readonly at: number;
  readonly #opened: number[] = [];
  readonly #parts: Lab[] = [];

  constructor(
    /** Its path, a binary string. */
    readonly path: string,
    readonly self: Identity,
    /** What was seen, in order: `label: value`. */
    readonly seen: string[] = [],
  ) {
    this.at = this.opened(openat(-100, path, O_RDONLY | O_DIRECTORY));
  }

  /** A new directory in this one, as a place for a part of the check. */
  part(name: string): Lab {
    mkdirat(this.at, name);
    const part = new Lab(`${this.path}/${name}`, this.self, this.seen);
    this.#parts.push(part);
    return part;
  }

  /** Path of a name that calls without a directory descriptor can take. */
  link(name: string): string {
    return `/proc/self/fd/${this.at}/${name}`;
  }

  /** Notes a value. A negative number is an errno. */
  see(label: string, value: number | string | boolean): void {
    const text = typeof value === "number" && value < 0 ? errnoName(-value) : String(value);
    this.seen.push(`${label}: ${text}`);
  }

  /** Notes whether a call succeeded: the number of a descriptor means nothing. */
  seeOk(label: string, value: number): number {
    this.see(label, value < 0 ? value : "ok");
    return value;
  }

  /** Opens and remembers to close; has to succeed. */
  open(name: string, flags = O_RDWR, mode = 0o644): number {
    return this.opened(openat(this.at, name, flags, mode));
  }

  opened(fd: number): number {
    if (fd < 0) throw new Error(`Cannot open: ${errnoName(-fd)}`);
    this.#opened.push(fd);
    return fd;
  }

  /** Tries to open and notes how that went. */
  seeOpen(label: string, name: string, flags: number, mode = 0o644): void {
    const fd = openat(this.at, name, flags, mode);
    this.seeOk(label, fd);
    if (fd >= 0) close(fd);
  }

  /** Makes a file. */
  file(name: string, text = "", mode = 0o644): void {
    const fd = openat(this.at, name, O_CREAT | O_RDWR, mode);
    if (fd < 0) throw new Error(`Cannot make ${name}: ${errnoName(-fd)}`);
    if (text !== "") pwrite(fd, bytesOf(text), 0);
    close(fd);
  }

  content(name: string): string {
    const fd = openat(this.at, name, O_RDONLY);
    if (fd < 0) return errnoName(-fd);
    const text = contentOf(fd);
    close(fd);
    return text;
  }

  seeContent(label: string, name: string): void {
    this.see(label, JSON.stringify(this.content(name)));
  }

  stat(name: string): Stat {
    const value = stat(this.at, name);
    if (typeof value === "number") throw new Error(`No stat of ${name}: ${errnoName(-value)}`);
    return value;
  }

  /** Notes what kind of thing a name is, its mode and link count and, of files, the size. */
  seeStat(label: string, name: string): void {
    const value = stat(this.at, name);
    this.see(label, typeof value === "number" ? value : describe(value, this.self));
  }

  /** Notes which times of which names the action changes: a, m, c. */
  seeTimes(label: string, names: readonly string[], action: () => void): void {
    const before = names.map((name) => stat(this.at, name));
    nextTick();
    action();
    const parts = names.map((name, i) => {
      const [was, is] = [before[i]!, stat(this.at, name)];
      if (typeof was === "number" || typeof is === "number") return `${name || "it"} -`;
      const letters = (["atime", "mtime", "ctime"] as const)
        .filter((field) => was[field] !== is[field]).map((field) => field[0]);
      return `${name || "it"} ${letters.join("") || "none"}`;
    });
    this.see(label, parts.join(", "));
  }

  /** Names in a directory, sorted. */
  list(name = "."): string[] {
    const fd = openat(this.at, name, O_RDONLY | O_DIRECTORY);
    if (fd < 0) return [errnoName(-fd)];
    const names: string[] = [];
    for (
      let part = getdents(fd);
      typeof part !== "number" && part.length > 0;
      part = getdents(fd)
    ) {
      names.push(...part.map((entry) => entry.name));
    }
    close(fd);
    return names.filter((entry) => entry !== "." && entry !== "..").sort();
  }

  /** Acts as somebody else. */
  as<T>(identity: Identity, action: () => T): T {
    setEffectiveIds(identity.uid, identity.gid);
    try {
      return action();
    } finally {
      setEffectiveIds(this.self.uid, this.self.gid);
    }
  }

  /** Starts a process, which takes root where it is to act as somebody else. */
  asStarter<T>(start: () => T): T {
    if (!isKernel()) throw new NeedsKernel("Another process");
    return Deno.uid() === 0 ? this.as({ uid: 0, gid: 0 }, start) : start();
  }

  end(): void {
    for (const part of this.#parts) part.end();
    for (const fd of this.#opened) close(fd);
  }
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0));
}

/** The first 64 KiB of an open file. */
export function contentOf(fd: number, offset = 0, length = 65536): string {
  const bytes = new Uint8Array(length);
  const count = pread(fd, bytes, offset);
  if (count < 0) return errnoName(-count);
  let text = "";
  for (const byte of bytes.subarray(0, count)) text += String.fromCharCode(byte);
  return text;
}

export function describe(value: Stat, self: Identity): string {
  const id = (is: number, own: number) => is === own ? "own" : String(is);
  const size = (value.mode & 0o170000) === 0o040000 ? "" : ` size ${value.size}`;
  const owner = `${id(value.uid, self.uid)}:${id(value.gid, self.gid)}`;
  return `${value.mode.toString(8)} nlink ${value.nlink} ${owner}${size}`;
}

/** Waits until the clock that file systems take their times from has moved on. */
export function nextTick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, COARSE_TICK_MS);
}
