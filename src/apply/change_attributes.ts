/**
 * Gives what keeps its inode other attributes, in place.
 *
 * @module
 */

import { cString } from "../../ffi/binary_string.ts";
import { failureCode } from "../host/failure.ts";
import { close, emptyStat, fstat, type Stat } from "../host/files.ts";
import { O_NOFOLLOW, O_PATH, openat } from "../host/source_files.ts";
import { changedDetails } from "../history/snapshots/compare_records.ts";
import type { Work } from "../store/format/sliced.ts";
import { type InodeRecord, S_IFDIR } from "../store/trees/entry.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";
import type { ApplyContext } from "./apply_context.ts";
import { callFailed } from "./apply_error.ts";
import { changedMeanwhile, hasContentOf, inodeOf, isAsRecorded, kindOf } from "./inspect.ts";
import { LeftAlone } from "./left_alone.ts";
import type { Place } from "./replace_name.ts";
import { setAttributes } from "./set_attributes.ts";
import type { PlacingStep } from "./steps.ts";

const PERMISSION_BITS = 0o7777;

/** Of anything but a directory. Throws {@linkcode LeftAlone} where it is something else now. */
export function* changeAttributes(
  context: ApplyContext,
  { directory }: Place,
  { path, before, after }: PlacingStep,
): Work<void> {
  const fd = openat(directory, cString(path.name), O_PATH | O_NOFOLLOW);
  if (failureCode(fd) === "ENOENT") throw new LeftAlone("it was deleted since it was looked at");
  if (fd < 0) throw callFailed("look at", `${path}`, fd);
  try {
    const stat = emptyStat();
    fstat(fd, stat);
    const ino = inodeOf(context, stat);
    // Of two names of one inode the second finds it done.
    const isTouched = context.touched.has(ino) && isBetween(stat, before!, after) &&
      (hasTimeOf(stat, before!) || hasTimeOf(stat, after));
    if (!isTouched && !isAsRecorded(context, stat, before!)) {
      const isOurs = context.isResumed && isBetween(stat, before!, after) &&
        (yield* hasContentOf(context, directory, path.name, stat, after, false));
      if (!isOurs) changedMeanwhile();
    }
    const entry = { path, fd, directory, name: path.name, stat };
    setAttributes(context, entry, after, { xattrs: before!.xattrs, isOurs: false, time: true });
    context.touched.add(ino);
    context.root.changedInPlace();
    context.report.written++;
  } finally {
    close(fd);
  }
}

/** Of a directory. Returns false if somebody changed what it was: then it stays. */
// deno-lint-ignore require-yield
export function* changeDirectory(
  context: ApplyContext,
  { path, before, after }: PlacingStep,
): Work<boolean> {
  const { root } = context;
  const fd = root.directory(path);
  const stat = emptyStat();
  fstat(fd, stat);
  if (
    before !== null && changedDetails(before, after).length > 0 && !isExpected(stat, before, after)
  ) {
    changedMeanwhile();
  }
  const entry = { path, fd, directory: fd, name: ".", stat };
  const isNew = before === null;
  setAttributes(context, entry, after, {
    xattrs: before?.xattrs ?? null,
    isOurs: isNew,
    time: isNew,
  });
  root.settled(path);
  return !isNew;
}

/** True if each attribute is what it was or what it is to be. */
function isBetween(stat: Stat, before: InodeRecord, after: InodeRecord): boolean {
  const mode = stat.mode & PERMISSION_BITS;
  return kindOf(stat) === kindOf(after) &&
    (mode === (before.mode & PERMISSION_BITS) || mode === (after.mode & PERMISSION_BITS)) &&
    (stat.uid === before.uid || stat.uid === after.uid) &&
    (stat.gid === before.gid || stat.gid === after.gid);
}

function hasTimeOf(stat: Stat, { mtimeSec, mtimeNsec }: InodeRecord): boolean {
  return stat.mtimeSec === mtimeSec && stat.mtimeNsec === mtimeNsec;
}

function isExpected(stat: Stat, before: InodeRecord, after: InodeRecord): boolean {
  // We may have made it writable for ourselves.
  const loose = (record: InodeRecord) => ({ ...record, mode: record.mode | 0o700 });
  return kindOf(stat) === S_IFDIR &&
    (isBetween(stat, before, after) || isBetween(stat, loose(before), loose(after)));
}

/** Directories that a killed apply made writable for itself get their modes back. */
export function restoreParents(
  { root, calls }: ApplyContext,
  parents: ReadonlyMap<SourcePath, InodeRecord>,
): void {
  for (const [path, record] of parents) {
    const mode = record.mode & PERMISSION_BITS;
    if ((mode | 0o700) === mode) continue;
    try {
      const fd = root.changingItself(path);
      const stat = emptyStat();
      fstat(fd, stat);
      if ((stat.mode & PERMISSION_BITS) === (mode | 0o700)) calls.chmod(fd, mode);
    } catch (error) {
      if (!(error instanceof LeftAlone)) throw error;
    }
  }
}
