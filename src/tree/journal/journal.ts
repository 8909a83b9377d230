/**
 * The journal of a branch: numbered segment files to which every mutation is appended before it is
 * answered. File bytes live here until a checkpoint has put them into the store.
 *
 * A write that has returned is in the kernel's page cache of the segment, so it survives the death of this
 * process; `sync` makes it survive the machine's. Segments are never rewritten: a checkpoint begins a
 * new one and, when everything before is in the store, the older ones are removed.
 *
 * @module
 */

import { failureCode, isFailure } from "../../host/failure.ts";
import { close, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, pread } from "../../host/files.ts";
import { type FileCalls, persistent, SYSTEM_CALLS } from "../../store/files/file_calls.ts";
import { SpaceReserve } from "../../store/files/space_reserve.ts";
import {
  RECORD_HEADER_BYTES,
  RecordType,
  RecordWriter,
  type RequestId,
  writeRecordBefore,
} from "./journal_record.ts";
import { Status } from "../status.ts";
import { statusOfFailure } from "./status_of_failure.ts";

/** Of a segment in which nothing is but that it begins. */
export const EMPTY_SEGMENT_BYTES = RECORD_HEADER_BYTES + 3 * 8;

/** File name of a segment. */
export function segmentName(segment: number): string {
  return segment.toString().padStart(10, "0") + ".journal";
}

/** Numbers of the segments in a journal directory, ascending. */
export function listSegments(directory: string): number[] {
  const segments: number[] = [];
  for (const entry of Deno.readDirSync(directory)) {
    const match = /^(\d{10})\.journal$/.exec(entry.name);
    if (match !== null) segments.push(Number(match[1]));
  }
  return segments.sort((a, b) => a - b);
}

/** Some hundred records of names that are taken away: what frees space must not need it first. */
const RESERVE_BYTES = 128 * 1024;
/** That much of it is for the journal once it is given up; the rest for what a checkpoint has to write. */
const OWN_RESERVE_BYTES = RESERVE_BYTES / 2;

const GROWTH: ReadonlySet<number> = new Set([
  RecordType.CREATE,
  RecordType.LINK,
  RecordType.WRITE,
  RecordType.XATTR,
  RecordType.COPY,
]);

/** True for records of what makes the tree larger: they may not use the reserve. */
function isGrowth(type: number): boolean {
  return GROWTH.has(type);
}

/** The journal directory cannot be used. */
export class JournalError extends Error {
  constructor(
    message: string,
    readonly code: "no_space" | "io_error" | "newer_version",
    /** POSIX name of what the host said, if it said anything. */
    readonly failure: string | null,
  ) {
    super(message);
  }
}

/** A segment and how long it is. */
export interface SegmentEnd {
  readonly segment: number;
  readonly length: number;
}

/** A segment that is to be made durable, up to `length`; Infinity: all of it. */
export interface SegmentSync extends SegmentEnd {
  readonly fd: number;
}

export class Journal {
  /** Id of the request being answered: each record carries it. */
  readonly request: RequestId;
  /** Number of the segment that is written to. */
  segment = 0;
  /** Bumped with each segment: node ids have to be bound anew. */
  epoch = 0;
  /** Bytes and records appended to the current segment. */
  position = 0;
  records = 0;
  /** Those of them that change nothing: they say where the segment begins, and what segments before it said. */
  retold = 0;
  /** Bytes of the current segment that are durable. */
  #synced = 0;
  /** Earlier segments that may not be durable in full. */
  readonly #unsynced = new Set<number>();
  /**
   * Segments that could not be made durable. The kernel may have dropped what it could not write, and then
   * says that all is well the next time: so no sync succeeds until they are not needed any more.
   */
  readonly #failed = new Map<number, Status>();
  /** End of the journal that was there before this one was opened. */
  #follows: SegmentEnd = { segment: 0, length: 0 };
  #fd = -1;
  readonly #readers = new Map<number, number>();

  readonly #calls: FileCalls;
  readonly #reserve: SpaceReserve;

  /** Journals of one thread may share the writer that builds their records. */
  constructor(
    readonly directory: string,
    readonly record = new RecordWriter(),
    calls: FileCalls = SYSTEM_CALLS,
  ) {
    this.request = record.request;
    this.#calls = persistent(calls);
    this.#reserve = new SpaceReserve(`${directory}/reserve`, RESERVE_BYTES, this.#calls);
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /**
   * Begins segment `segment`. The directory entry is durable when this returns. The segment's first record tells
   * where the one before ends: only if that is there in full does what is in this one make sense.
   */
  begin(segment: number): void {
    const path = `${this.directory}/${segmentName(segment)}`;
    const fd = this.#calls.open(path, O_RDWR | O_CREAT | O_EXCL, 0o600);
    if (fd < 0) throw journalError("begin", path, failureCode(fd));
    const previous = { fd: this.#fd, segment: this.segment, position: this.position };
    const follows = previous.fd < 0
      ? this.#follows
      : { segment: previous.segment, length: previous.position };
    const { records, retold } = this;
    const hadReserve = this.#hasReserve;
    this.#hasReserve = false;
    if (hadReserve) this.#calls.ftruncate(previous.fd, previous.position);
    this.#fd = fd;
    this.segment = segment;
    this.position = 0;
    this.records = 0;
    const record = this.record.begin(RecordType.SEGMENT).number(segment);
    const status = this.append(record.number(follows.segment).number(follows.length).finish());
    const synced = status === Status.Ok ? this.#syncDirectory() : this.#failure;
    if (synced < 0) {
      close(fd);
      this.#remove(path);
      this.#fd = previous.fd;
      this.segment = previous.segment;
      this.position = previous.position;
      this.records = records;
      this.retold = retold;
      if (hadReserve) this.#keepReserve();
      throw journalError("begin", path, failureCode(synced));
    }
    this.retold = this.records;
    this.#hasRefused = false;
    if (previous.fd >= 0) {
      this.#readers.set(previous.segment, previous.fd);
      if (this.#synced < previous.position) this.#unsynced.add(previous.segment);
    }
    this.epoch++;
    this.#synced = 0;
    if (!this.#reserve.take() && this.#reserve.isSpent) this.#keepReserve();
  }

  /** Segments that are open. */
  get openSegments(): number {
    return this.#readers.size + 1;
  }

  /**
   * The disk is full: something did not fit since this segment was begun, or what deleting needs is being used up. What is
   * deleted stays in the journal, so only a checkpoint frees space now.
   */
  get isSpaceSpent(): boolean {
    return this.#hasRefused || this.#reserve.isSpent;
  }

  #syncDirectory(): number {
    const fd = this.#calls.open(this.directory, O_RDONLY | O_DIRECTORY);
    if (fd < 0) return fd;
    const result = this.#calls.fsync(fd);
    close(fd);
    return result;
  }

  /** Appends the first `length` bytes of {@linkcode record}. */
  append(length: number): Status {
    return this.#write(this.record.bytes, length, isGrowth(this.record.type));
  }

  /**
   * Appends `length` payload bytes that stand in `bytes` from `payload` on, and sets
   * {@linkcode writtenAt} to where they are. The {@linkcode WRITE_HEADROOM} bytes in front are
   * overwritten: a request's own header stands there, so nothing has to be copied.
   */
  appendWrite(
    bytes: Uint8Array<ArrayBuffer>,
    view: DataView,
    payload: number,
    length: number,
    fields: readonly [number, number, number, number, number, number],
  ): Status {
    const start = writeRecordBefore(bytes, view, payload, length, fields, this.request);
    const status = this.#write(bytes.subarray(start), payload - start + length, true);
    if (status === Status.Ok) this.writtenAt = this.position - length;
    return status;
  }

  /** Position of the last {@linkcode appendWrite}'s payload in the current segment. */
  writtenAt = 0;

  /** What the last write that failed returned. */
  #failure = 0;
  /** The disk had no room for a record of this segment. */
  #hasRefused = false;
  /** The reserve was given up, and the segment's part of it lies behind its end. */
  #hasReserve = false;

  /** For this segment alone: what is stored at the same time takes all the space there is. */
  #keepReserve(): void {
    this.#calls.fallocateBehind(this.#fd, this.position, OWN_RESERVE_BYTES);
    this.#hasReserve = true;
  }

  #write(bytes: Uint8Array<ArrayBuffer>, length: number, isGrowth: boolean): Status {
    if (isGrowth && this.#reserve.isSpent && !this.#reserve.take()) return Status.NoSpace;
    let result = this.#calls.pwrite(this.#fd, bytes, this.position, length);
    const isFull = isFailure(result, "ENOSPC") || isFailure(result, "EDQUOT");
    if (isFull && !isGrowth && this.#reserve.giveUp()) {
      this.#keepReserve();
      result = this.#calls.pwrite(this.#fd, bytes, this.position, length);
    }
    if (result < 0) {
      this.#failure = result;
      this.#hasRefused ||= isFull;
      // What was written of the record is cut, so that the next one does not follow a torn one.
      this.#calls.ftruncate(this.#fd, this.position);
      return statusOfFailure(result);
    }
    this.position += length;
    this.records++;
    return Status.Ok;
  }

  /**
   * Goes on after the segments of an earlier process, which may have left them to the kernel to write. `end`:
   * where what counts of them ends, if anything does.
   */
  takeOver(segments: readonly number[], end: SegmentEnd | null): void {
    for (const segment of segments) this.#unsynced.add(segment);
    if (end !== null) this.#follows = end;
  }

  /** How far it goes now. */
  get end(): SegmentEnd {
    return { segment: this.segment, length: this.position };
  }

  /** Makes everything appended durable, in segments that a checkpoint is about to replace, too. Waits for the disk. */
  sync(): Status {
    const { end } = this;
    while (true) {
      const next = this.nextSync(end);
      if (next === null || typeof next === "number") return next ?? Status.Ok;
      const status = this.synced(next, this.#calls.fdatasync(next.fd));
      if (status !== Status.Ok) return status;
    }
  }

  /**
   * What has to be made durable next so that in the end all up to `end` is, and never a segment before those in front
   * of it; null if nothing has to. A status if that cannot succeed, now or any more.
   */
  nextSync(end: SegmentEnd): SegmentSync | Status | null {
    for (const status of this.#failed.values()) return status;
    for (const segment of this.#unsynced) {
      if (segment > end.segment) break;
      const fd = this.#reader(segment);
      // Nothing was asked of the disk: it can be tried again.
      return fd < 0 ? statusOfFailure(fd) : { fd, segment, length: Infinity };
    }
    if (end.segment !== this.segment || this.#synced >= end.length) return null;
    return { fd: this.#fd, segment: this.segment, length: this.position };
  }

  /** fdatasync(2) of what {@linkcode nextSync} told has ended with `result`. */
  synced({ segment, length }: SegmentSync, result: number): Status {
    const isCurrent = segment === this.segment;
    // It may have been removed meanwhile: what was in it is in the store.
    if (!isCurrent && !this.#unsynced.has(segment)) return Status.Ok;
    if (result < 0) {
      const status = statusOfFailure(result);
      this.#failed.set(segment, status);
      return status;
    }
    if (isCurrent) this.#synced = Math.max(this.#synced, length);
    else if (length === Infinity) this.#unsynced.delete(segment);
    return Status.Ok;
  }

  /** Fills `into[intoOffset, +length)` from a segment. */
  read(
    segment: number,
    position: number,
    into: Uint8Array<ArrayBuffer>,
    intoOffset: number,
    length: number,
  ): Status {
    const fd = this.#reader(segment);
    if (fd < 0) return statusOfFailure(fd);
    let done = 0;
    while (done < length) {
      const result = pread(fd, into.subarray(intoOffset + done), position + done, length - done);
      if (isFailure(result, "EINTR")) continue;
      if (result <= 0) return Status.InputOutput;
      done += result;
    }
    return Status.Ok;
  }

  #reader(segment: number): number {
    if (segment === this.segment) return this.#fd;
    let fd = this.#readers.get(segment);
    if (fd === undefined) {
      fd = this.#calls.open(`${this.directory}/${segmentName(segment)}`, O_RDONLY);
      if (fd >= 0) this.#readers.set(segment, fd);
    }
    return fd;
  }

  /**
   * Removes the segments before `segment`, but for those in `inUse`: unlinked files that are still open
   * refer to them.
   */
  removeBefore(segment: number, inUse: ReadonlySet<number>): void {
    for (const old of this.#listed()) {
      if (old >= segment || inUse.has(old)) continue;
      this.#unsynced.delete(old);
      this.#failed.delete(old);
      this.#remove(`${this.directory}/${segmentName(old)}`);
    }
    for (const [old, fd] of this.#readers) {
      if (old >= segment || inUse.has(old)) continue;
      close(fd);
      this.#readers.delete(old);
    }
  }

  /** None where the directory cannot be listed: those that could go do so the next time. */
  #listed(): number[] {
    try {
      return listSegments(this.directory);
    } catch (error) {
      console.error(`Cannot list the journal ${this.directory}: ${(error as Error).message}`);
      return [];
    }
  }

  /** What cannot be removed now is when the next segments go. */
  #remove(path: string): void {
    try {
      this.#calls.remove(path);
    } catch (error) {
      console.error(`Cannot remove journal segment ${path}: ${(error as Error).message}`);
    }
  }

  close(): void {
    if (this.#fd >= 0) close(this.#fd);
    for (const fd of this.#readers.values()) close(fd);
    this.#readers.clear();
    this.#fd = -1;
  }
}

/** The error for a failed step on a segment (or, for a directory, on a new one). */
export function journalError(action: string, path: string, failure: string): JournalError {
  const full = failure === "ENOSPC" || failure === "EDQUOT";
  return new JournalError(
    full
      ? `Cannot ${action} journal segment ${path}: no space left; free some and try again`
      : `Cannot ${action} journal segment ${path}: ${failure}`,
    full ? "no_space" : "io_error",
    failure,
  );
}
