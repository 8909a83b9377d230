/**
 * Makes what a record says beside the name that it is to have, complete in every way.
 *
 * @module
 */

import { cString } from "../../ffi/binary_string.ts";
import { failure, failureCode, isFailure } from "../host/failure.ts";
import { close, emptyStat, fstat, O_CREAT, O_EXCL, O_WRONLY, type Stat } from "../host/files.ts";
import { pathOfDescriptor } from "../host/project_files.ts";
import { O_NOFOLLOW, O_PATH, openat } from "../host/source_files.ts";
import type { Work } from "../store/format/sliced.ts";
import { type InodeRecord, S_IFLNK, S_IFMT, S_IFREG } from "../store/trees/entry.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";
import type { ApplyContext } from "./apply_context.ts";
import { callFailed } from "./apply_error.ts";
import type { DraftNames } from "./draft_names.ts";
import { kindOf, linkTarget, lookAt } from "./inspect.ts";
import { LeftAlone, throwFailed } from "./left_alone.ts";
import type { ProjectCalls } from "./project_calls.ts";
import { setAttributes, xattrValue } from "./set_attributes.ts";

const PIECE = 2 ** 20;
const ACL = "system.posix_acl_access";

/** Of a file system that knows no links, devices or pipes, or where one may not make them. */
const NO_SUCH_KIND: ReadonlySet<string> = new Set(["EPERM", "EOPNOTSUPP", "ENOSYS"]);

export interface Draft {
  /** What it is. */
  readonly stat: Stat;
  /** Of a file, to be made durable and then finished; else -1. */
  readonly fd: number;
}

/**
 * Leaves the draft at `names.draft`, or, if it is a file, at `names.written`: {@linkcode finishDraft} takes it on when it is
 * durable. What was begun when something failed is taken away.
 *
 * @param replaced what has the name now. Its access control list, which no snapshot has, is taken over.
 */
export function* writeDraft(
  context: ApplyContext,
  directory: number,
  path: SourcePath,
  names: DraftNames,
  record: InodeRecord,
  replaced: Stat | null,
): Work<Draft> {
  if ((record.mode & S_IFMT) !== S_IFREG) {
    return makeSpecial(context, directory, path, names.draft, record);
  }
  const { calls } = context;
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  const fd = calls.create(directory, names.written, flags, 0o200);
  if (fd < 0) throwFailed("write", `${path}`, fd);
  let isDone = false;
  try {
    yield* writeContent(context, fd, path, record);
    const stat = emptyStat();
    fstat(fd, stat);
    const entry = { path, fd, directory, name: names.written, stat };
    if (replaced !== null && kindOf(replaced) === S_IFREG) {
      takeUnrecorded(context, directory, path, fd);
    }
    setAttributes(context, entry, record, { xattrs: null, isOurs: true, time: true });
    fstat(fd, stat);
    isDone = true;
    return { stat, fd };
  } finally {
    if (!isDone) {
      close(fd);
      calls.unlink(directory, names.written);
    }
  }
}

/**
 * A draft that is durable gets the name that says so: whoever finds it there after a crash knows that it is complete. Takes
 * it away where that fails.
 */
export function finishDraft(
  { calls }: ApplyContext,
  directory: number,
  path: SourcePath,
  names: DraftNames,
  draft: Draft,
): void {
  if (draft.fd < 0) return;
  close(draft.fd);
  let result = calls.move(directory, names.written, names.draft);
  if (isFailure(result, "EINVAL") || isFailure(result, "ENOSYS")) {
    result = calls.replace(directory, names.written, names.draft);
  }
  if (result >= 0) return;
  calls.unlink(directory, names.written);
  throwFailed("write", `${path}`, result);
}

/** The bytes where there are some, and holes where not. */
function* writeContent(
  { store, calls }: ApplyContext,
  fd: number,
  path: SourcePath,
  record: InodeRecord,
): Work<void> {
  const { size } = record;
  const buffer = new Uint8Array(Math.min(PIECE, size));
  let end = 0;
  for (let at = store.nextData(record, size, 0); at >= 0; at = store.nextData(record, size, end)) {
    end = Math.min(store.nextHole(record, size, at), at + PIECE);
    store.readContent(record, size, at, buffer, 0, end - at);
    const result = writeAll(calls, fd, buffer, at, end - at);
    if (result < 0) throw callFailed("write", `${path}`, result);
    // The end of a file is told by who counts files.
    if (end < size) yield { phase: "writing", done: end, total: size, unit: "bytes" };
  }
  if (end === size) return;
  const result = calls.ftruncate(fd, size);
  if (result < 0) throw callFailed("write", `${path}`, result);
}

function writeAll(
  calls: ProjectCalls,
  fd: number,
  bytes: Uint8Array<ArrayBuffer>,
  offset: number,
  length: number,
): number {
  for (let done = 0; done < length;) {
    const rest = done === 0 ? bytes : bytes.subarray(done);
    const result = calls.pwrite(fd, rest, offset + done, length - done);
    if (isFailure(result, "EINTR")) continue;
    if (result <= 0) return result < 0 ? result : failure("ENOSPC");
    done += result;
  }
  return 0;
}

/** Of what no snapshot has the new file gets what it can; of the rest it is said that it is gone. */
function takeUnrecorded(
  context: ApplyContext,
  directory: number,
  path: SourcePath,
  fd: number,
): void {
  const old = openat(directory, cString(path.name), O_PATH | O_NOFOLLOW);
  if (old < 0) return;
  if (context.calls.streams(old) > 0) {
    const reason = "the streams of the file that it replaces are not taken over";
    context.report.notKept.push({ path: `${path}`, reason });
  }
  const acl = xattrValue({ path: pathOfDescriptor(old), isSymlink: false }, ACL);
  close(old);
  // The mode that is set afterwards goes into the list.
  if (acl !== null) {
    context.calls.setxattr({ path: pathOfDescriptor(fd), isSymlink: false }, ACL, acl);
  }
}

function makeSpecial(
  context: ApplyContext,
  directory: number,
  path: SourcePath,
  name: string,
  record: InodeRecord,
): Draft {
  const { calls } = context;
  const result = (record.mode & S_IFMT) === S_IFLNK
    ? calls.symlink(linkTarget(context, record), directory, name)
    : calls.mknod(directory, name, record.mode & S_IFMT | 0o600, record.rdev);
  if (NO_SUCH_KIND.has(failureCode(result)) || isOtherKind(context, directory, name, result)) {
    throw new LeftAlone(`it cannot be made there (${failureCode(result)})`);
  }
  if (result < 0) throwFailed("make", `${path}`, result);
  let isDone = false;
  try {
    const fd = openat(directory, cString(name), O_PATH | O_NOFOLLOW);
    if (fd < 0) throwFailed("make", `${path}`, fd);
    try {
      const stat = emptyStat();
      fstat(fd, stat);
      const entry = { path, fd, directory, name, stat };
      setAttributes(context, entry, record, { xattrs: null, isOurs: true, time: true });
    } finally {
      close(fd);
    }
    const stat = lookAt(directory, name);
    if (stat === null) throwFailed("make", `${path}`, failure("ENOENT"));
    isDone = true;
    return { stat, fd: -1 };
  } finally {
    if (!isDone) calls.unlink(directory, name);
  }
}

/** A server of FUSE that makes a file whatever it is asked for: the kernel says EIO, and the file is there. It is taken away. */
function isOtherKind(
  { calls }: ApplyContext,
  directory: number,
  name: string,
  result: number,
): boolean {
  return isFailure(result, "EIO") && lookAt(directory, name) !== null &&
    calls.unlink(directory, name) >= 0;
}
