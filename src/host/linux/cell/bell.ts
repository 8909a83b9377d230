/**
 * Bells of Linux: a wake that both sides have.
 *
 * @module
 */

import { poll, POLLIN } from "../../../../ffi/linux/descriptor.ts";
import { Errno } from "../../../../ffi/linux/errno.ts";
import { close } from "../../../../ffi/linux/open.ts";
import { createWake, rest } from "../wake.ts";

export { wake as ring } from "../wake.ts";

const pollfd = new Uint8Array(8);

export function createBell(): { hears: number; rings: number } | null {
  const fd = createWake();
  return fd < 0 ? null : { hears: fd, rings: fd };
}

export function closeBell({ hears }: { readonly hears: number; readonly rings: number }): void {
  close(hears);
}

export function hear(fd: number): boolean {
  const view = new DataView(pollfd.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLIN, true);
  const ready = poll(pollfd, 1, -1);
  if (ready === -Errno.EINTR) return true;
  if (ready < 0) return false;
  rest(fd);
  return true;
}
