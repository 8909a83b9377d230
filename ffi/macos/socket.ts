/**
 * Sockets, waiting for descriptors, and waking who waits, on macOS.
 *
 * @module
 */

import { bindLibSystem, check } from "./libsystem.ts";
import { drain } from "./pipe.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const libc = bindLibSystem({
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  pipe: { parameters: ["buffer"], result: "i32" },
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  getpeereid: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  kqueue: { parameters: [], result: "i32" },
  kevent: {
    parameters: ["i32", "buffer", "i32", "buffer", "i32", "buffer"],
    result: "i32",
  },
});

export const MSG_PEEK = 0x2;
export const MSG_DONTWAIT = 0x80;
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;

export function recv(fd: number, into: Bytes, flags: number): number {
  return check(libc.recv(fd, into, BigInt(into.length), flags));
}

export function send(fd: number, from: Bytes, flags: number): number {
  return check(libc.send(fd, from, BigInt(from.length), flags));
}

const POLLFD = { SIZE: 8, FD: 0, EVENTS: 4, REVENTS: 6 } as const;

/** Descriptors that are waited for. Negative ones never are ready. */
export class PollSet {
  readonly #fds: Bytes;
  readonly #view: DataView;

  constructor(fds: readonly number[], events = POLLIN) {
    this.#fds = new Uint8Array(fds.length * POLLFD.SIZE);
    this.#view = new DataView(this.#fds.buffer);
    fds.forEach((fd, i) => {
      this.#view.setInt32(i * POLLFD.SIZE + POLLFD.FD, fd, true);
      this.#view.setInt16(i * POLLFD.SIZE + POLLFD.EVENTS, events, true);
    });
  }

  /** Waits for one of the first `count`, at most so many ms, or with -1 for ever. As poll(2). */
  wait(count: number, timeout: number): number {
    return check(libc.poll(this.#fds, count, timeout));
  }

  /** What there is of the descriptor at `index`, if the last wait was for it. */
  events(index: number): number {
    return this.#view.getInt16(index * POLLFD.SIZE + POLLFD.REVENTS, true);
  }
}

/** The end to read from and the one to write to; null if there are none to be had. */
export function pipe(): [reads: number, writes: number] | null {
  const ends = new Int32Array(2);
  if (libc.pipe(new Uint8Array(ends.buffer)) < 0) return null;
  return [ends[0]!, ends[1]!];
}

const SOL_LOCAL = 0;
const LOCAL_PEERPID = 2;

/** Process, user and group at the other end of a Unix socket; null if the descriptor is no connected one. */
export function peerOf(fd: number): { pid: number; uid: number; gid: number } | null {
  const [uid, gid, pid] = [new Uint32Array(1), new Uint32Array(1), new Uint32Array(1)];
  const size = new Uint32Array([4]);
  const bytes = (words: Uint32Array<ArrayBuffer>) => new Uint8Array(words.buffer);
  if (libc.getpeereid(fd, bytes(uid), bytes(gid)) < 0) return null;
  if (libc.getsockopt(fd, SOL_LOCAL, LOCAL_PEERPID, bytes(pid), bytes(size)) < 0) return null;
  return { pid: pid[0]!, uid: uid[0]!, gid: gid[0]! };
}

/** struct kevent { u64 ident; i16 filter; u16 flags; u32 fflags; i64 data; u64 udata }. */
const KEVENT = { SIZE: 32, FILTER: 8, FLAGS: 10, FFLAGS: 12 } as const;
const EVFILT_USER = -10;
const EV_ADD = 0x1;
const EV_CLEAR = 0x20;
const NOTE_TRIGGER = 0x1000000;
const NO_TIME = new Uint8Array(16);

function userEvent(flags: number, fflags: number): Bytes {
  const view = new DataView(new ArrayBuffer(KEVENT.SIZE));
  view.setInt16(KEVENT.FILTER, EVFILT_USER, true);
  view.setUint16(KEVENT.FLAGS, flags, true);
  view.setUint32(KEVENT.FFLAGS, fflags, true);
  return new Uint8Array(view.buffer);
}

/** A queue that has one event of its own, which others wait for; negative if there is none to be had. */
export function userQueue(): number {
  const queue = check(libc.kqueue());
  if (queue < 0) return queue;
  const result = check(libc.kevent(queue, userEvent(EV_ADD | EV_CLEAR, 0), 1, null, 0, NO_TIME));
  return result < 0 ? result : queue;
}

export function trigger(queue: number): void {
  libc.kevent(queue, userEvent(0, NOTE_TRIGGER), 1, null, 0, NO_TIME);
}

/** Takes the event, if it is there; or what there is in a pipe that was polled. */
export function take(queue: number): void {
  if (libc.kevent(queue, null, 0, new Uint8Array(KEVENT.SIZE), 1, NO_TIME) < 0) drain(queue);
}
