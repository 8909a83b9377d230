/**
 * What would stop an apply in the middle and can be known before its first change.
 *
 * @module
 */

import { cString } from "../../ffi/binary_string.ts";
import { isFailure } from "../host/failure.ts";
import { emptyStat, fstat, type Stat, statfs } from "../host/files.ts";
import { pathOfDescriptor } from "../host/project_files.ts";
import { readDirectory, statx } from "../host/source_files.ts";
import type { Work } from "../store/format/sliced.ts";
import type { Store } from "../store/store.ts";
import { type InodeRecord, S_IFMT, S_IFREG } from "../store/trees/entry.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { ApplyError, callFailed } from "./apply_error.ts";
import { checkNames, type NamesOnDisk } from "./check_names.ts";
import { DirectoryGone } from "./left_alone.ts";
import type { ProjectRoot } from "./project_root.ts";
import type { Steps, WritingStep } from "./steps.ts";

/** Throws {@linkcode ApplyError} `read_only`, `no_space` or `names_fold`. */
export function* checkBefore(store: Store, root: ProjectRoot, steps: Steps): Work<void> {
  checkSpace(store, root, [...steps.writes, ...steps.writesOverDirectories]);
  yield* checkNames(namesIn(root), [...steps.made, ...steps.writes, ...steps.links]);
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
      if (!(error instanceof DirectoryGone) || at.parent === null) throw error;
    }
  }
}

/** Directories as they are on the disk. */
function namesIn(root: ProjectRoot): NamesOnDisk {
  const listed = new Map<SourcePath, ReadonlySet<string>>();
  const open = (path: SourcePath): number | null => {
    try {
      return root.directory(path);
    } catch (error) {
      if (error instanceof DirectoryGone) return null;
      throw error;
    }
  };
  return {
    has: (path, name) => {
      const directory = open(path);
      const stat = emptyStat();
      // Nobody may look into some directories. What is in the way there is found when they are opened for us.
      const result = directory === null ? -1 : statx(directory, cString(name), stat);
      if (isFailure(result, "ENAMETOOLONG")) {
        throw callFailed("make", `${path.child(name)}`, result);
      }
      return result >= 0;
    },
    list: (path) => {
      const known = listed.get(path);
      const directory = known === undefined ? open(path) : null;
      if (directory === null) return known ?? new Set();
      const entries = readDirectory(directory);
      if (typeof entries === "number") throw callFailed("list", `${path}`, entries);
      const names = new Set(entries.map(({ name }) => name));
      listed.set(path, names);
      return names;
    },
  };
}
