/**
 * Makes one event of the writes that follow each other: of a process to a file, as long as nothing else happens to the file.
 *
 * A program that writes a large file does so in thousands of calls. What was written where is kept: ranges that touch each other
 * are one, and a run of very many ranges ends. It is made of records while they wait in the ring: the first one stands for its
 * run, and what the others say is kept until that is told.
 *
 * @module
 */

import { ACTIONS, RECORD, VERDICTS } from "./mount_record.ts";
import type { MountEvent } from "./mount_event.ts";

/** Longest time that a run goes on, ms: what was written is to be in the log soon. */
export const RUN_MS = 100;
/** Ranges of a run. */
const MOST_RANGES = 16;
/** Views whose files have keys of their own; with more, runs end sooner than they need to. */
const VIEWS = 4096;

const WRITE = ACTIONS.indexOf("write");
const ALLOW = VERDICTS.indexOf("allow");

/** Several writes. */
class Run {
  count = 1;
  constructor(readonly ranges: [start: number, end: number][], public bytes: number) {}

  /** False if there are too many ranges. */
  extend(offset: number, bytes: number): boolean {
    const end = offset + bytes;
    const touching = this.ranges.findLast((range) => offset <= range[1] && end >= range[0]);
    if (touching !== undefined) {
      touching[0] = Math.min(touching[0], offset);
      touching[1] = Math.max(touching[1], end);
    } else {
      if (this.ranges.length >= MOST_RANGES) return false;
      this.ranges.push([offset, end]);
    }
    this.count++;
    this.bytes += bytes;
    return true;
  }

  /** What the first write's event says of all of them. */
  describe(event: MountEvent): void {
    const sorted = this.ranges.toSorted((a, b) => a[0] - b[0]);
    event.offset = sorted[0]![0];
    event.bytes = this.bytes;
    event.count = this.count;
    if (sorted.length > 1) event.ranges = sorted.map(([start, end]) => [start, end - start]);
  }
}

export class WriteRuns {
  /** Where the first record of each run lies that goes on, by file; the one that began first comes first. */
  readonly #open = new Map<number, number>();
  /** By where the first record lies: those of several writes, until they are told. */
  readonly #several = new Map<number, Run>();

  /** Of the ring. */
  constructor(readonly view: DataView, readonly bytes: Uint8Array) {}

  /** Those that go on. */
  get count(): number {
    return this.#open.size;
  }

  /** A record that came, which names its process. True: it goes on with a run, and is told of with that. */
  add(at: number): boolean {
    const key = this.#keyOf(at);
    const first = this.#open.get(key);
    const isOfRun = this.#isWrite(at);
    if (first === undefined) {
      if (isOfRun) this.#open.set(key, at);
      return false;
    }
    if (isOfRun && this.#isGoingOn(first, at) && this.#extend(first, at)) return true;
    this.#open.delete(key);
    if (isOfRun) this.#open.set(key, at);
    return false;
  }

  /** Ends the runs that began long enough before `now`. */
  endDue(now: number): void {
    for (const [key, first] of this.#open) {
      if (this.view.getFloat64(first + RECORD.TIME, true) + RUN_MS > now) break;
      this.#open.delete(key);
    }
  }

  /** True if a run goes on that began with this record. */
  goesOn(at: number): boolean {
    return this.#open.size > 0 && this.#isWrite(at) && this.#open.get(this.#keyOf(at)) === at;
  }

  /** Puts the writes into the event that began with this record, which are not asked for again. */
  describe(at: number, event: MountEvent): void {
    if (this.#several.size === 0) return;
    this.#several.get(at)?.describe(event);
    this.#several.delete(at);
  }

  /** A file, by what identifies it in a mount. */
  #keyOf(at: number): number {
    const node = this.view.getFloat64(at + RECORD.NODE, true);
    return node * VIEWS + this.view.getUint32(at + RECORD.VIEW, true) % VIEWS;
  }

  #isWrite(at: number): boolean {
    const { view } = this;
    return view.getUint8(at + RECORD.ACTION) === WRITE &&
      view.getInt32(at + RECORD.RESULT, true) >= 0 &&
      view.getUint8(at + RECORD.VERDICT) === ALLOW;
  }

  #isGoingOn(first: number, at: number): boolean {
    const { view } = this;
    const isSame = (field: number) =>
      view.getUint32(first + field, true) === view.getUint32(at + field, true);
    const passed = view.getFloat64(at + RECORD.TIME, true) -
      view.getFloat64(first + RECORD.TIME, true);
    return passed < RUN_MS && isSame(RECORD.PID) && isSame(RECORD.VIEW) &&
      this.#isSamePath(first, at);
  }

  #isSamePath(first: number, at: number): boolean {
    const { view, bytes } = this;
    const length = view.getUint16(at + RECORD.PATH_LENGTH, true);
    if (view.getUint16(first + RECORD.PATH_LENGTH, true) !== length) return false;
    for (let i = RECORD.SIZE; i < RECORD.SIZE + length; i++) {
      if (bytes[first + i] !== bytes[at + i]) return false;
    }
    return true;
  }

  #extend(first: number, at: number): boolean {
    const [offset, bytes] = this.#range(at);
    const known = this.#several.get(first);
    if (known !== undefined) return known.extend(offset, bytes);
    const [start, size] = this.#range(first);
    const run = new Run([[start, start + size]], size);
    this.#several.set(first, run);
    return run.extend(offset, bytes);
  }

  /** Where a write began, and its bytes. */
  #range(at: number): [offset: number, bytes: number] {
    const { view } = this;
    const offset = view.getFloat64(at + RECORD.OFFSET, true);
    const bytes = view.getFloat64(at + RECORD.BYTES, true);
    return [Math.max(0, offset), Math.max(0, bytes)];
  }
}
