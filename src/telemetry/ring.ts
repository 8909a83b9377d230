/**
 * Shared memory through which one thread tells another of events: one producer, one consumer, binary records.
 *
 * The producer never waits. Where the ring is full a record is counted and dropped. It wakes the consumer only if that has
 * said that it sleeps, or if the ring is half full: a system call for each record would cost more than the record.
 *
 * Positions only grow, modulo 2^32. A record begins with its length and never wraps: what is left at the end is skipped.
 *
 * @module
 */

import { createWake, wake } from "../host/wake.ts";
import { failureCode } from "../host/failure.ts";

/** Shared between the two sides: plain data. */
export interface Ring {
  readonly memory: SharedArrayBuffer;
  /** Readable when the consumer is wanted. */
  readonly eventFd: number;
}

/** A power of two: some fifty thousand records, which is what a fast mount tells of in a second. */
const RING_BYTES = 8 * 1024 * 1024;
/** Words of the header, each in a cache line of its own. */
const Word = { HEAD: 0, TAIL: 16, DROPPED: 32, ASLEEP: 48, TAKING: 64 } as const;
const HEADER_BYTES = 320;
/** Records begin at multiples of it. */
const ALIGNMENT = 8;
/** Instead of a length: what follows up to the end of the memory is no record. */
const SKIP = 0xffff_ffff;

/** @param bytes a power of two */
export function createRing(bytes = RING_BYTES): Ring {
  const eventFd = createWake();
  if (eventFd < 0) throw new Error(`Cannot create a wake: ${failureCode(eventFd)}`);
  return { memory: new SharedArrayBuffer(HEADER_BYTES + bytes), eventFd };
}

function align(length: number): number {
  return (length + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

export class RingWriter {
  /** Where records are laid. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #header: Uint32Array;
  readonly #size: number;
  #head: number;
  /** As it was when it was looked at last. */
  #tail: number;
  #reserved = 0;
  /** {@linkcode #head} when the consumer was woken last because the ring is half full. */
  #wokenAt: number;

  constructor(readonly ring: Ring) {
    const { memory } = ring;
    this.bytes = new Uint8Array(memory, HEADER_BYTES);
    this.view = new DataView(memory, HEADER_BYTES);
    this.#header = new Uint32Array(memory, 0, HEADER_BYTES / 4);
    this.#size = this.bytes.length;
    this.#head = Atomics.load(this.#header, Word.HEAD);
    this.#tail = Atomics.load(this.#header, Word.TAIL);
    this.#wokenAt = this.#head;
  }

  /**
   * Where a record of that many bytes may be laid, its length included, which is there already; -1 if there is no room, and
   * then it is counted. Nobody sees it before {@linkcode commit}.
   */
  reserve(length: number): number {
    const needed = align(length);
    let at = this.#head & (this.#size - 1);
    const left = this.#size - at;
    const skipped = left < needed ? left : 0;
    if (!this.#hasRoom(skipped + needed)) {
      Atomics.add(this.#header, Word.DROPPED, 1);
      return -1;
    }
    if (skipped > 0) {
      this.view.setUint32(at, SKIP, true);
      at = 0;
    }
    this.#reserved = skipped + needed;
    this.view.setUint32(at, length, true);
    return at;
  }

  /** The consumer may read what was reserved. */
  commit(): void {
    this.#head = (this.#head + this.#reserved) >>> 0;
    Atomics.store(this.#header, Word.HEAD, this.#head);
    const isWanted = Atomics.load(this.#header, Word.ASLEEP) !== 0 &&
      Atomics.exchange(this.#header, Word.ASLEEP, 0) !== 0;
    if (isWanted || this.#isFilling()) wake(this.ring.eventFd);
  }

  /** True while the consumer takes what is there: for that it needs a CPU. */
  get isBeingTaken(): boolean {
    return Atomics.load(this.#header, Word.TAKING) !== 0;
  }

  /** For what cannot wait. */
  wake(): void {
    wake(this.ring.eventFd);
  }

  #hasRoom(bytes: number): boolean {
    if (((this.#head - this.#tail) >>> 0) + bytes <= this.#size) return true;
    this.#tail = Atomics.load(this.#header, Word.TAIL);
    return ((this.#head - this.#tail) >>> 0) + bytes <= this.#size;
  }

  /** True once whenever half of the ring was filled and not read. */
  #isFilling(): boolean {
    const half = this.#size / 2;
    if (((this.#head - this.#tail) >>> 0) <= half) return false;
    this.#tail = Atomics.load(this.#header, Word.TAIL);
    if (((this.#head - this.#tail) >>> 0) <= half) return false;
    if (((this.#head - this.#wokenAt) >>> 0) <= half) return false;
    this.#wokenAt = this.#head;
    return true;
  }
}

export class RingReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #header: Uint32Array;
  readonly #size: number;
  #tail: number;
  /** Up to there records were looked at. */
  #seen: number;

  constructor(readonly ring: Ring) {
    const { memory } = ring;
    this.bytes = new Uint8Array(memory, HEADER_BYTES);
    this.view = new DataView(memory, HEADER_BYTES);
    this.#header = new Uint32Array(memory, 0, HEADER_BYTES / 4);
    this.#size = this.bytes.length;
    this.#tail = this.#seen = Atomics.load(this.#header, Word.TAIL);
    Atomics.store(this.#header, Word.TAKING, 0);
  }

  /** True if so much waits to be taken that there may be no room soon. */
  get isFilling(): boolean {
    return ((this.#seen - this.#tail) >>> 0) > this.#size / 4;
  }

  /** Calls `see` with the place of each record that was not looked at yet. They stay where they are until they are taken. */
  look(see: (at: number) => void): void {
    const head = Atomics.load(this.#header, Word.HEAD);
    while (this.#seen !== head) {
      const at = this.#seen & (this.#size - 1);
      const length = this.view.getUint32(at, true);
      if (length !== SKIP) see(at);
      this.#seen = this.#behind(this.#seen, length);
    }
  }

  /** Calls `take` with the place of each record that was looked at and not taken, until it says false: that one stays. */
  take(take: (at: number) => boolean): void {
    Atomics.store(this.#header, Word.TAKING, 1);
    for (let count = 1; this.#tail !== this.#seen; count++) {
      const at = this.#tail & (this.#size - 1);
      const length = this.view.getUint32(at, true);
      if (length !== SKIP && !take(at)) break;
      this.#tail = this.#behind(this.#tail, length);
      // Whoever tells of more meanwhile finds room.
      if (count % 256 === 0) Atomics.store(this.#header, Word.TAIL, this.#tail);
    }
    Atomics.store(this.#header, Word.TAIL, this.#tail);
    Atomics.store(this.#header, Word.TAKING, 0);
  }

  #behind(position: number, length: number): number {
    const step = length === SKIP ? this.#size - (position & (this.#size - 1)) : align(length);
    return (position + step) >>> 0;
  }

  /** How many records were dropped since this was asked last. */
  takeDropped(): number {
    return Atomics.load(this.#header, Word.DROPPED) === 0
      ? 0
      : Atomics.exchange(this.#header, Word.DROPPED, 0);
  }

  /** The next record is to wake this side. False if there is one already: then it is not to sleep. */
  sleep(): boolean {
    Atomics.store(this.#header, Word.ASLEEP, 1);
    return Atomics.load(this.#header, Word.HEAD) === this.#seen;
  }
}
