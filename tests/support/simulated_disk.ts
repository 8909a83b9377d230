/**
 * A disk that a power cut may leave in any state that its calls allow: what was not synced is there, or not, or in part.
 *
 * Files are really written, so that programs can read them; this keeps, beside that, what of them is durable and
 * what has been done since. Of a file that is each write since its last sync, of a directory each name. A sync makes
 * the changes of one file or of one directory durable, and of nothing else, which is less than any file system of Linux
 * promises.
 *
 * SQLite's own calls are not seen. What they have changed is found by comparing its files whenever somebody else makes
 * a call, and taken to have been done in the order that SQLite documents (sqlite.org/wal.html): a transaction
 * appends frames to the write-ahead log and syncs it; a checkpoint writes pages to the database, syncs it, and then cuts
 * or begins the log anew.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { O_CREAT, O_TRUNC } from "../../ffi/linux/open.ts";
import { type FileCalls, SYSTEM_CALLS } from "../../src/store/files/file_calls.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a crash leaves: contents by path below the directory. */
export type DiskState = ReadonlyMap<string, Bytes>;

/** A write, or a cut where there are no bytes. */
interface Change {
  readonly offset: number;
  readonly bytes: Bytes | null;
}

class SimulatedFile {
  durable: Bytes = new Uint8Array(0);
  pending: Change[] = [];

  /** Contents with some of the changes. */
  with(changes: readonly Change[]): Bytes {
    return changes.reduce(applied, this.durable);
  }

  get current(): Bytes {
    return this.with(this.pending);
  }

  sync(): void {
    this.durable = this.current;
    this.pending = [];
  }

  /** What may be in the file after a power cut. */
  choices(): Bytes[] {
    const last = this.with(this.pending.slice(0, -1));
    return subsets(this.pending, (change) => torn(change, last.length))
      .map((changes) => this.with(changes));
  }
}

function applied(contents: Bytes, { offset, bytes }: Change): Bytes {
  const length = bytes === null ? offset : Math.max(contents.length, offset + bytes.length);
  const result = new Uint8Array(length);
  result.set(contents.subarray(0, length));
  if (bytes !== null) result.set(bytes, offset);
  return result;
}

const SECTOR = 512;

/**
 * What a write may have become that was under way in a file of `length` bytes: its first sectors; or the file is longer,
 * by zeros.
 */
function torn({ offset, bytes }: Change, length: number): Change[] {
  if (bytes === null) return [];
  const parts: Change[] = [];
  const half = (offset + (bytes.length >> 1)) & ~(SECTOR - 1);
  if (half > offset) parts.push({ offset, bytes: bytes.slice(0, half - offset) });
  const more = offset + bytes.length - Math.max(offset, length);
  if (more > 0) parts.push({ offset: Math.max(offset, length), bytes: new Uint8Array(more) });
  return parts;
}

/** All of them, none, each prefix, each but one, and all with the last one torn. */
function subsets<T>(changes: readonly T[], tear: (change: T) => T[]): T[][] {
  if (changes.length === 0) return [[]];
  const sets: T[][] = [[...changes]];
  for (let i = 0; i < changes.length; i++) sets.push(changes.slice(0, i));
  for (let i = 0; i < changes.length - 1; i++) sets.push(changes.toSpliced(i, 1));
  for (const part of tear(changes.at(-1)!)) sets.push([...changes.slice(0, -1), part]);
  return sets;
}

/** A name that was given or taken; a rename is both at once. */
type Naming = readonly (readonly [name: string, file: SimulatedFile | null])[];
type Names = ReadonlyMap<string, SimulatedFile>;

class SimulatedDirectory {
  durable: Names = new Map();
  pending: Naming[] = [];

  with(namings: readonly Naming[]): Names {
    const names = new Map(this.durable);
    for (const [name, file] of namings.flat()) {
      if (file === null) names.delete(name);
      else names.set(name, file);
    }
    return names;
  }

  get current(): Names {
    return this.with(this.pending);
  }

  sync(): void {
    this.durable = this.current;
    this.pending = [];
  }

  choices(): Names[] {
    return subsets(this.pending, () => []).map((namings) => this.with(namings));
  }
}

/** Bytes of a frame of the log, of its header and of a page (sqlite.org/fileformat2.html). */
const WAL_HEADER = 32;
const PAGE = 4096;
const FRAME = 24 + PAGE;

/** So many combinations of the choices of all files are tried; of more, those that differ from all or nothing in one. */
const COMBINATIONS = 128;

export class SimulatedDisk implements FileCalls {
  readonly #root: string;
  /** Of the database of the index. */
  readonly #index: RegExp;
  readonly #ignored: RegExp;
  readonly #directories = new Map<string, SimulatedDirectory>();
  readonly #open = new Map<number, SimulatedFile | SimulatedDirectory>();
  /** Called after each step, as long as it is set. */
  onStep: (() => void) | null = null;

  /**
   * @param index paths of SQLite's files
   * @param ignored paths of files that mean nothing
   */
  constructor(root: string, index: RegExp, ignored: RegExp) {
    this.#root = root;
    this.#index = index;
    this.#ignored = ignored;
  }

  #relative(path: string): string {
    return path === this.#root ? "" : path.slice(this.#root.length + 1);
  }

  #directory(path: string): SimulatedDirectory {
    let directory = this.#directories.get(path);
    if (directory === undefined) this.#directories.set(path, directory = new SimulatedDirectory());
    return directory;
  }

  /** Of the file or directory at a path: the directory it is in, and its name there. */
  #place(path: string): [SimulatedDirectory, string] {
    const slash = path.lastIndexOf("/");
    return [this.#directory(slash < 0 ? "" : path.slice(0, slash)), path.slice(slash + 1)];
  }

  #step(): void {
    this.onStep?.();
  }

  open = (path: string, flags: number, mode?: number): number => {
    this.observe();
    const fd = SYSTEM_CALLS.open(path, flags, mode);
    if (fd < 0) return fd;
    const at = this.#relative(path);
    this.#open.delete(fd);
    if (this.#ignored.test(at)) return fd;
    if (Deno.statSync(path).isDirectory) {
      this.#open.set(fd, this.#directory(at));
      return fd;
    }
    const [directory, name] = this.#place(at);
    let file = directory.current.get(name);
    if (file === undefined && (flags & O_CREAT) !== 0) {
      directory.pending.push([[name, file = new SimulatedFile()]]);
      this.#step();
    } else if (file !== undefined && (flags & O_TRUNC) !== 0 && file.current.length > 0) {
      file.pending.push({ offset: 0, bytes: null });
      this.#step();
    }
    if (file !== undefined) this.#open.set(fd, file);
    return fd;
  };

  #file(fd: number): SimulatedFile | null {
    const found = this.#open.get(fd);
    return found instanceof SimulatedFile ? found : null;
  }

  pwrite = (fd: number, bytes: Bytes, offset: number, length: number): number => {
    this.observe();
    const result = SYSTEM_CALLS.pwrite(fd, bytes, offset, length);
    if (result > 0) {
      this.#file(fd)?.pending.push({ offset, bytes: bytes.slice(0, result) });
      this.#step();
    }
    return result;
  };

  ftruncate = (fd: number, length: number): number => {
    this.observe();
    const file = this.#file(fd);
    const result = SYSTEM_CALLS.ftruncate(fd, length);
    if (file !== null && file.current.length !== length) {
      file.pending.push({ offset: length, bytes: null });
      this.#step();
    }
    return result;
  };

  fallocate = SYSTEM_CALLS.fallocate;
  fallocateBehind = SYSTEM_CALLS.fallocateBehind;

  fsync = (fd: number): number => {
    this.observe();
    const result = SYSTEM_CALLS.fsync(fd);
    this.#open.get(fd)?.sync();
    this.#step();
    return result;
  };

  fdatasync = this.fsync;

  rename = (from: string, to: string): void => {
    this.observe();
    SYSTEM_CALLS.rename(from, to);
    const [directory, oldName] = this.#place(this.#relative(from));
    const [, newName] = this.#place(this.#relative(to));
    const file = directory.current.get(oldName);
    if (file === undefined) return;
    directory.pending.push([[oldName, null], [newName, file]]);
    this.#step();
  };

  remove = (path: string): void => {
    this.observe();
    SYSTEM_CALLS.remove(path);
    const [directory, name] = this.#place(this.#relative(path));
    if (!directory.current.has(name)) return;
    directory.pending.push([[name, null]]);
    this.#step();
  };

  commit = (index: DatabaseSync): void => {
    this.observe();
    SYSTEM_CALLS.commit(index);
    this.observe();
  };

  /** Finds out what SQLite has done. */
  observe(): void {
    const directory = this.#directory("");
    const found = new Map<string, Bytes>();
    for (const { name } of Deno.readDirSync(this.#root)) {
      if (this.#index.test(name)) found.set(name, Deno.readFileSync(`${this.#root}/${name}`));
    }
    // A log is not cut before the database has what was in it; a transaction changes the log alone.
    const isLog = (name: string) => name.endsWith("-wal");
    const names = [...new Set([...found.keys(), ...directory.current.keys()])]
      .filter((name) => this.#index.test(name)).sort((a, b) => Number(isLog(a)) - Number(isLog(b)));
    for (const name of names) {
      this.#compare(directory, name, found.get(name), isLog(name));
    }
  }

  #compare(directory: SimulatedDirectory, name: string, now: Bytes | undefined, isLog: boolean) {
    let file = directory.current.get(name);
    if (now === undefined) {
      directory.pending.push([[name, null]]);
      return this.#step();
    }
    if (file === undefined) {
      file = new SimulatedFile();
      directory.pending.push([[name, file]]);
      this.#step();
    }
    const changes = pieces(file.current, now, isLog);
    if (changes.length === 0) return;
    for (const change of changes) {
      file.pending.push(change);
      this.#step();
    }
    file.sync();
    // With the first sync of a log SQLite syncs the directory, too.
    if (isLog) directory.sync();
    this.#step();
  }

  /** All that was done is durable. */
  settle(): void {
    this.observe();
    for (const directory of this.#directories.values()) {
      directory.sync();
      for (const file of directory.durable.values()) file.sync();
    }
  }

  /** What may be there after a power cut now; the first is what a killed process leaves. */
  *states(): Generator<DiskState> {
    const directories = [...this.#directories];
    const names = directories.map(([, directory]) => directory.choices());
    const files = new Set(names.flat().flatMap((choice) => [...choice.values()]));
    const contents = new Map([...files].map((file) => [file, file.choices()]));
    const sizes = [...names.map((c) => c.length), ...[...contents.values()].map((c) => c.length)];
    for (const picked of combinations(sizes)) {
      const state = new Map<string, Bytes>();
      const contentOf = new Map(
        [...contents].map(([file, choices], i) => [file, choices[picked[names.length + i]!]!]),
      );
      directories.forEach(([path], d) => {
        for (const [name, file] of names[d]![picked[d]!]!) {
          state.set(path === "" ? name : `${path}/${name}`, contentOf.get(file)!);
        }
      });
      yield state;
    }
  }
}

/** What has become different, in pieces that are written one by one. */
function pieces(before: Bytes, now: Bytes, isLog: boolean): Change[] {
  const changes: Change[] = [];
  if (now.length < before.length) changes.push({ offset: now.length, bytes: null });
  const size = isLog ? FRAME : PAGE;
  for (let start = 0; start < now.length;) {
    const end = Math.min(now.length, isLog && start === 0 ? WAL_HEADER : start + size);
    const isSame = (at: number) => at < before.length && before[at] === now[at];
    let first = start;
    while (first < end && isSame(first)) first++;
    let last = end;
    while (last > first && isSame(last - 1)) last--;
    if (first < last) {
      // Sectors that are as they were need not be written.
      const offset = Math.max(start, first & ~(SECTOR - 1));
      changes.push({ offset, bytes: now.slice(offset, last) });
    }
    start = end;
  }
  return changes;
}

/** Choices 0 are all changes, choices 1 (where there are any) none. */
function* combinations(sizes: readonly number[]): Generator<number[]> {
  const total = sizes.reduce((product, size) => product * size, 1);
  if (total <= COMBINATIONS) {
    for (let n = 0; n < total; n++) {
      let rest = n;
      yield sizes.map((size) => {
        const choice = rest % size;
        rest = (rest - choice) / size;
        return choice;
      });
    }
    return;
  }
  for (const base of [0, 1]) {
    const picked = sizes.map((size) => Math.min(base, size - 1));
    yield picked;
    for (const [i, size] of sizes.entries()) {
      for (let choice = 0; choice < size; choice++) {
        if (choice !== picked[i]) yield picked.with(i, choice);
      }
    }
  }
}
