/**
 * Bytes through pipes that only wake somebody. What goes wrong there is told by nothing but the result: what else the system
 * says of it cannot be read by a process without permissions.
 *
 * @module
 */

import { bindLibSystem } from "./libsystem.ts";

const libc = bindLibSystem({
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i64" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i64" },
});

const POLLIN = 1;
/** struct pollfd { i32 fd; i16 events; i16 revents }. */
const pollfd = new DataView(new ArrayBuffer(8));
const bytes = new Uint8Array(4096);

/** Waits until something comes, and takes it. False: no writer is left. */
export function waitForByte(fd: number): boolean {
  pollfd.setInt32(0, fd, true);
  pollfd.setInt16(4, POLLIN, true);
  return libc.poll(new Uint8Array(pollfd.buffer), 1, -1) > 0 && drain(fd);
}

/** Takes what there is in a pipe that does not block. False: nothing. */
export function drain(fd: number): boolean {
  return libc.read(fd, bytes, BigInt(bytes.length)) > 0n;
}

/** A pipe that is full wakes its reader anyway. */
export function writeByte(fd: number): void {
  libc.write(fd, bytes, 1n);
}
