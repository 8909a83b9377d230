/**
 * Keeps the thread that answers on the CPU of the thread that asks, while one thread asks for everything.
 *
 * Such a caller waits for each answer, so the two never run at the same time, and two CPUs only mean that each
 * request and each answer has to wake the other one up. In a virtual machine that takes 20 to 50 us each time (an
 * interrupt between virtual CPUs, and leaving the halted state), on the same CPU 2 us. The kernel wakes a thread
 * where it last ran, so it does not find out by itself. As soon as others ask too the thread may run anywhere again.
 *
 * Where the kernel moves the caller each time it is woken, following is of no use and stops.
 *
 * @module
 */

import { allowCpus, type CpuMask, singleCpu, ThreadCpu } from "../../../ffi/linux/affinity.ts";

/** Requests in a row from one thread until it is followed; each from another one undoes some. */
const FOLLOW_AT = 32;
const SCORE_LIMIT = 64;
const STRANGER = 8;
/** Requests after which the caller is looked for again: that costs as much as half a request. */
const LOOK_EVERY = 64;
/** A caller that was found elsewhere so many times in so many looks is not followed for a while. */
const MOVES_LIMIT = 4;
const LOOKS = 16;
const PAUSE_REQUESTS = 16_384;

/** What the system does, for tests. */
export interface CallerSystem {
  /** CPU of a thread, -1 if it cannot be told. */
  cpuOf(thread: number): number;
  /** The thread asked about before will not be asked about again. */
  forget(): void;
  /** Moves this thread to a CPU, or with null lets it run on all it could before. False if it may not. */
  stayOn(cpu: number | null): boolean;
}

export class FollowCaller {
  #caller = 0;
  #score = 0;
  #untilLook = 0;
  #cpu: number | null = null;
  #looks = 0;
  #moves = 0;
  /** Requests for which nobody is followed. */
  #pause = 0;

  constructor(readonly system: CallerSystem) {}

  /** CPU this thread was moved to. */
  get cpu(): number | null {
    return this.#cpu;
  }

  /** Called with each request: `thread` made it. 0, for those the kernel makes by itself, counts for nothing. */
  requested(thread: number): void {
    if (thread === 0) return;
    if (this.#pause > 0) {
      this.#pause--;
    } else if (thread !== this.#caller) {
      this.#stranger(thread);
    } else if (this.#score < FOLLOW_AT) {
      if (++this.#score === FOLLOW_AT) this.#look();
    } else {
      if (this.#score < SCORE_LIMIT) this.#score++;
      if (--this.#untilLook <= 0) this.#look();
    }
  }

  #stranger(thread: number): void {
    this.#score -= STRANGER;
    if (this.#score > 0) return;
    this.#release();
    this.#caller = thread;
    this.#score = 1;
  }

  #look(): void {
    this.#untilLook = LOOK_EVERY;
    const cpu = this.system.cpuOf(this.#caller);
    if (++this.#looks > LOOKS) this.#looks = this.#moves = 0;
    if (cpu === this.#cpu) return;
    const moved = cpu >= 0 && ++this.#moves <= MOVES_LIMIT && this.system.stayOn(cpu);
    if (moved) {
      this.#cpu = cpu;
    } else {
      this.#release();
      this.#caller =
        this.#score =
        this.#looks =
        this.#moves =
          0;
      this.#pause = PAUSE_REQUESTS;
    }
  }

  #release(): void {
    this.system.forget();
    if (this.#cpu !== null) this.system.stayOn(null);
    this.#cpu = null;
  }
}

/** The calling thread, and threads as /proc tells of them. `all`: CPUs it may run on. */
export function callerSystem(all: CpuMask): CallerSystem {
  let caller: { readonly thread: number; readonly cpu: ThreadCpu } | null = null;
  const forget = () => {
    caller?.cpu.close();
    caller = null;
  };
  return {
    cpuOf: (thread) => {
      if (caller?.thread !== thread) {
        forget();
        caller = { thread, cpu: new ThreadCpu(thread) };
      }
      return caller!.cpu.read();
    },
    forget,
    stayOn: (cpu) => allowCpus(cpu === null ? all : singleCpu(cpu)),
  };
}
