/**
 * Sockets of the machine itself, for threads that may block: pairs, descriptors that are handed over, datagrams.
 *
 * @module
 */

import { cString } from "../../binary_string.ts";
import { bindLibc, check } from "../libc.ts";

const libc = bindLibc({
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  sendmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i64"], result: "i32" },
});
const aside = bindLibc({
  recvmsg: { parameters: ["i32", "buffer", "i32"], result: "i32", nonblocking: true },
});

const AF_UNIX = 1;
const [SOCK_STREAM, SOCK_DGRAM, SOCK_CLOEXEC] = [1, 2, 0o2000000];
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** sun_path, with its NUL. */
const MOST_PATH_BYTES = 108;
const ENAMETOOLONG = 36;

/** Two ends of a connection, which programs that are started inherit; or -errno. */
export function socketPair(): readonly [number, number] | number {
  const ends = new Int32Array(2);
  const result = check(libc.socketpair(AF_UNIX, SOCK_STREAM, 0, new Uint8Array(ends.buffer)));
  return result < 0 ? result : [ends[0]!, ends[1]!];
}

/** Programs that are started do not inherit it from now on. */
export function keepToItself(fd: number): void {
  const [F_SETFD, FD_CLOEXEC] = [2, 1];
  libc.fcntl(fd, F_SETFD, BigInt(FD_CLOEXEC));
}

/** struct msghdr with one byte of data, and room for one descriptor. */
class Message {
  readonly header: BigUint64Array<ArrayBuffer> = new BigUint64Array(7);
  readonly data = new Uint8Array(1);
  readonly #iov: BigUint64Array<ArrayBuffer>;
  /** struct cmsghdr {u64 len; i32 level, type; i32 fd} */
  readonly #control = new Uint8Array(24);
  readonly #view = new DataView(this.#control.buffer);

  constructor() {
    this.#iov = new BigUint64Array([address(this.data), 1n]);
    const iov = address(new Uint8Array(this.#iov.buffer));
    this.header.set([0n, 0n, iov, 1n, address(this.#control), 24n, 0n]);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.header.buffer);
  }

  set descriptor(fd: number) {
    this.#view.setBigUint64(0, 20n, true);
    this.#view.setInt32(8, SOL_SOCKET, true);
    this.#view.setInt32(12, SCM_RIGHTS, true);
    this.#view.setInt32(16, fd, true);
  }

  /** Negative: there is none in it. */
  get descriptor(): number {
    return this.#view.getInt32(12, true) === SCM_RIGHTS ? this.#view.getInt32(16, true) : -1;
  }
}

function address(bytes: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}

/** Hands a descriptor over to who has the other end. */
export function sendDescriptor(socket: number, fd: number): number {
  const message = new Message();
  message.descriptor = fd;
  return check(libc.sendmsg(socket, message.bytes, MSG_NOSIGNAL));
}

/** Waits for a descriptor from the other end, on another thread. Negative: that is closed, or sent none. */
export async function receiveDescriptor(socket: number): Promise<number> {
  const message = new Message();
  const length = await aside.recvmsg(socket, message.bytes, 0);
  return length <= 0 ? -1 : message.descriptor;
}

/** struct sockaddr_un, or null if the path is too long. */
function socketAddress(path: string): Uint8Array<ArrayBuffer> | null {
  const name = cString(path);
  if (name.length > MOST_PATH_BYTES) return null;
  const bytes = new Uint8Array(2 + name.length);
  bytes[0] = AF_UNIX;
  bytes.set(name, 2);
  return bytes;
}

/** A socket for datagrams that others send to a path, which must not be there yet. */
export function bindDatagrams(path: string): number {
  return atPath(path, (fd, to) => libc.bind(fd, to, to.length));
}

/** A socket for datagrams to a path. */
export function connectDatagrams(path: string): number {
  return atPath(path, (fd, to) => libc.connect(fd, to, to.length));
}

function atPath(path: string, act: (fd: number, to: Uint8Array<ArrayBuffer>) => number): number {
  const to = socketAddress(path);
  if (to === null) return -ENAMETOOLONG;
  const fd = check(libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return fd;
  const result = check(act(fd, to));
  if (result >= 0) return fd;
  closeSocket(fd);
  return result;
}

const { close: closeSocket } = bindLibc({ close: { parameters: ["i32"], result: "i32" } });

/** Sends, or does not where the other side has too much that it did not read yet (-EAGAIN). */
export function sendNow(socket: number, bytes: Uint8Array<ArrayBuffer>, length: number): number {
  return check(libc.send(socket, bytes, BigInt(length), MSG_DONTWAIT | MSG_NOSIGNAL));
}

/** One datagram, or -EAGAIN. */
export function receiveNow(socket: number, into: Uint8Array<ArrayBuffer>): number {
  return check(libc.recv(socket, into, BigInt(into.length), MSG_DONTWAIT));
}
