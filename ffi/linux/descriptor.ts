/**
 * File descriptors themselves: copies, flags, waiting for them, and those that only wake somebody.
 *
 * @module
 */

import { bindLibc, check } from "./libc.ts";
import { O_CLOEXEC, O_NONBLOCK } from "./open.ts";

const libc = bindLibc({
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i64"], result: "i32" },
});

export const POLLIN = 1;
export const POLLERR = 8;
export const POLLHUP = 16;

/** `fds` is an array of struct pollfd {i32 fd; i16 events; i16 revents}. Timeout in ms, -1 for none. */
export function poll(fds: Uint8Array<ArrayBuffer>, count: number, timeout: number): number {
  return check(libc.poll(fds, BigInt(count), timeout));
}

const POLLFD = { SIZE: 8, FD: 0, EVENTS: 4, REVENTS: 6 } as const;

/** Descriptors that are waited for until they can be read from. Negative ones never can. */
export class PollSet {
  readonly #fds: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(fds: readonly number[]) {
    this.#fds = new Uint8Array(fds.length * POLLFD.SIZE);
    this.#view = new DataView(this.#fds.buffer);
    fds.forEach((fd, i) => {
      this.#view.setInt32(i * POLLFD.SIZE + POLLFD.FD, fd, true);
      this.#view.setInt16(i * POLLFD.SIZE + POLLFD.EVENTS, POLLIN, true);
    });
  }

  /** Waits for one of the first `count`, at most so many ms, or with -1 for ever. As poll(2). */
  wait(count: number, timeout: number): number {
    return poll(this.#fds, count, timeout);
  }

  /** What there is of the descriptor at `index`, if the last wait was for it. */
  events(index: number): number {
    return this.#view.getInt16(index * POLLFD.SIZE + POLLFD.REVENTS, true);
  }
}

/** The end to read from and the one to write to, which no program inherits; null if there are none to be had. */
export function pipe(): [reads: number, writes: number] | null {
  const ends = new Int32Array(2);
  if (libc.pipe2(new Uint8Array(ends.buffer), O_CLOEXEC) < 0) return null;
  return [ends[0]!, ends[1]!];
}

export const EFD_CLOEXEC = 0o2000000;
export const EFD_NONBLOCK = 0o4000;

export function eventfd(initial: number, flags: number): number {
  return check(libc.eventfd(initial, flags));
}

export function dup(fd: number): number {
  return check(libc.dup(fd));
}

/** The copy does not carry O_CLOEXEC: this is how a child inherits a descriptor. */
export function dup2(fd: number, target: number): number {
  return check(libc.dup2(fd, target));
}

const F_GETFL = 3;
const F_SETFL = 4;

/** Sets O_NONBLOCK on the open file description, also for those who share it. */
export function setNonblocking(fd: number): number {
  const flags = check(libc.fcntl(fd, F_GETFL, 0n));
  return flags < 0 ? flags : check(libc.fcntl(fd, F_SETFL, BigInt(flags | O_NONBLOCK)));
}
