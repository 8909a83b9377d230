/**
 * What would stop an apply in the middle and can be known before its first change.
 *
 * @module
 */

import { displayString } from "../../ffi/binary_string.ts";
import { emptyStat, fstat, type Stat, statfs } from "../host/files.ts";
import { pathOfDescriptor } from "../host/project_files.ts";
import { readDirectory } from "../host/source_files.ts";
import type { Work } from "../store/format/sliced.ts";
import type { Store } from "../store/store.ts";
import { type InodeRecord, S_IFMT, S_IFREG } from "../store/trees/entry.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { ApplyError, callFailed } from "./apply_error.ts";
import { lookAt } from "./inspect.ts";
import { LeftAlone } from "./left_alone.ts";
import type { ProjectRoot } from "./project_root.ts";
import type { Step, Steps, WritingStep } from "./steps.ts";

/** Throws {@linkcode ApplyError} `read_only`, `no_space` or `names_fold`. */
export function* checkBefore(store: Store, root: ProjectRoot, steps: Steps): Work<void> {
  checkSpace(store, root, [...steps.writes, ...steps.writesOverDirectories]);
  yield* new NameCheck(root).run([...steps.made, ...steps.writes, ...steps.links]);
}

/** ST_RDONLY of statfs(2). */
const READ_ONLY = 1n;

/** struct statfs: f_bsize and f_bavail, f_flags. */
function fileSystem(fd: number): { free: number; isReadOnly: boolean } {
  const fields = new BigUint64Array(15);
  const result = statfs(pathOfDescriptor(fd), new Uint8Array(fields.buffer));
  if (result < 0) throw callFailed("look at", "", result);
  return { free: Number(fields[1]! * fields[4]!), isReadOnly: (fields[10]! & READ_ONLY) !== 0n };
}

function checkSpace(store: Store, root: ProjectRoot, steps: readonly WritingStep[]): void {
  const { free, isReadOnly } = fileSystem(root.directory(SourcePath.ROOT));
  if (isReadOnly) {
    throw new ApplyError("read_only", "The project is on a file system that is mounted read-only");
  }
  if (neededSpace(store, steps) <= free) return;
  // Perhaps not all of it goes there.
  const parts = new Map<string, { available: number; steps: WritingStep[] }>();
  for (const step of steps) {
    const { fd, stat } = existingDirectory(root, step.path.parent!);
    const device = `${stat.devMajor}:${stat.devMinor}`;
    const part = parts.get(device);
    if (part !== undefined) part.steps.push(step);
    else parts.set(device, { available: fileSystem(fd).free, steps: [step] });
  }
  for (const { available, steps } of parts.values()) {
    const needed = neededSpace(store, steps);
    if (needed <= available) continue;
    throw new ApplyError(
      "no_space",
      `Cannot write ${steps.length} files: they need ${mebibytes(needed)} MiB and ${
        mebibytes(available)
      } MiB are free there. Free some space`,
      `${steps[0]!.path}`,
    );
  }
}

/** What is replaced is freed, but not before the largest file is written. */
function neededSpace(store: Store, steps: readonly WritingStep[]): number {
  let growth = 0;
  let largest = 0;
  for (const { before, after } of steps) {
    const bytes = bytesOf(store, after);
    growth += bytes - (before === null || before.nlink > 1 ? 0 : bytesOf(store, before));
    largest = Math.max(largest, bytes);
  }
  return Math.max(growth, largest);
}

function bytesOf(store: Store, record: InodeRecord): number {
  return (record.mode & S_IFMT) === S_IFREG ? store.allocatedBytes(record, record.size) : 0;
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

/** The directory, or the nearest above it that is there. */
function existingDirectory(root: ProjectRoot, path: SourcePath): { fd: number; stat: Stat } {
  for (let at = path;; at = at.parent!) {
    try {
      const fd = root.directory(at);
      const stat = emptyStat();
      fstat(fd, stat);
      return { fd, stat };
    } catch (error) {
      if (!(error instanceof LeftAlone) || at.parent === null) throw error;
    }
  }
}

/**
 * Where a file system takes names for the same that are not, as `Makefile` and `makefile`: are there such names?
 * Nothing is lost there, as names are only given that nothing has; but half of the change would be missing.
 */
class NameCheck {
  readonly #root: ProjectRoot;
  /** Directory → the names that it gets, as a file system may take them. */
  readonly #added = new Map<SourcePath, Map<string, string>>();
  readonly #listed = new Map<SourcePath, ReadonlySet<string>>();

  constructor(root: ProjectRoot) {
    this.#root = root;
  }

  *run(steps: readonly Step[]): Work<void> {
    for (let i = 0; i < steps.length; i++) {
      const { path, before } = steps[i]!;
      if (before === null) this.#check(path);
      if (i % 256 === 0) {
        yield { phase: "checking", done: i, total: steps.length, unit: "records" };
      }
    }
  }

  #check(path: SourcePath): void {
    const parent = path.parent!;
    const known = this.#added.get(parent) ?? new Map<string, string>();
    this.#added.set(parent, known);
    const key = folded(path.name);
    const twin = known.get(key);
    known.set(key, path.name);
    if (twin !== undefined && this.#folds(parent)) throw foldingNames(path, twin);
    const directory = this.#directory(parent);
    if (directory === null || lookAt(directory, path.name) === null) return;
    const names = this.#names(parent, directory);
    if (names.has(path.name)) return;
    throw foldingNames(path, [...names].find((name) => folded(name) === key) ?? path.name);
  }

  #directory(path: SourcePath): number | null {
    try {
      return this.#root.directory(path);
    } catch (error) {
      if (error instanceof LeftAlone) return null;
      throw error;
    }
  }

  #names(path: SourcePath, directory: number): ReadonlySet<string> {
    let names = this.#listed.get(path);
    if (names === undefined) {
      const entries = readDirectory(directory);
      if (typeof entries === "number") throw callFailed("list", `${path}`, entries);
      this.#listed.set(path, names = new Set(entries.map(({ name }) => name)));
    }
    return names;
  }

  /** True if a name in the directory, or that of a directory above it, is found by the same in other letters. */
  #folds(path: SourcePath): boolean {
    for (let at: SourcePath | null = path; at !== null; at = at.parent) {
      const directory = this.#directory(at);
      if (directory === null) continue;
      for (const name of this.#names(at, directory)) {
        const other = swapped(name);
        if (other === name) continue;
        const [a, b] = [lookAt(directory, name), lookAt(directory, other)];
        if (a === null) continue;
        return b !== null && a.inoLow === b.inoLow && a.inoHigh === b.inoHigh &&
          !this.#names(at, directory).has(other);
      }
    }
    return false;
  }
}

function folded(name: string): string {
  return displayString(name).normalize("NFC").toLowerCase();
}

/** With capitals for small letters and the other way round. */
function swapped(name: string): string {
  return name.replace(
    /[a-zA-Z]/g,
    (c) => c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase(),
  );
}

function foldingNames(path: SourcePath, twin: string): ApplyError {
  return new ApplyError(
    "names_fold",
    `The file system there takes ${displayString(path.name)} and ${
      displayString(twin)
    } for the same name (${displayString(`${path}`)}). Rename one of them first`,
    `${path}`,
  );
}
