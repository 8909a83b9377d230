/**
 * Bells of Linux: eventfd(2).
 *
 * @module
 */

import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  eventfd,
  poll,
  POLLIN,
} from "../../../../ffi/linux/descriptor.ts";
import { Errno } from "../../../../ffi/linux/errno.ts";
import { read, write } from "../../../../ffi/linux/file.ts";
import { close } from "../../../../ffi/linux/open.ts";

const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);
const counter = new Uint8Array(8);
const pollfd = new Uint8Array(8);

export function createBell(): { hears: number; rings: number } | null {
  const fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return fd < 0 ? null : { hears: fd, rings: fd };
}

export function closeBell({ hears }: { readonly hears: number; readonly rings: number }): void {
  close(hears);
}

export function ring(fd: number): void {
  write(fd, ONE);
}

export function hear(fd: number): boolean {
  const view = new DataView(pollfd.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLIN, true);
  const ready = poll(pollfd, 1, -1);
  if (ready === -Errno.EINTR) return true;
  if (ready < 0) return false;
  read(fd, counter);
  return true;
}
