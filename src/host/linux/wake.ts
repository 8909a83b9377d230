/**
 * Wakes of Linux: eventfd(2).
 *
 * @module
 */

import { EFD_CLOEXEC, EFD_NONBLOCK, eventfd } from "../../../ffi/linux/descriptor.ts";
import { read, write } from "../../../ffi/linux/file.ts";

export { POLLIN, PollSet } from "../../../ffi/linux/descriptor.ts";

const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);
const counter = new Uint8Array(8);

/** A new wake, to be polled for reading; negative if there is none to be had. */
export function createWake(): number {
  return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/** Makes the wake readable. */
export function wake(fd: number): void {
  write(fd, ONE);
}

/** The wake is not readable any more. */
export function rest(fd: number): void {
  read(fd, counter);
}
