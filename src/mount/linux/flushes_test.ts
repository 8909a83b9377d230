import assert from "node:assert/strict";
import { DataSyncs } from "../../../ffi/linux/aio.ts";
import { cString } from "../../../ffi/binary_string.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK, eventfd, poll, POLLIN } from "../../../ffi/linux/descriptor.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import { pwrite, read } from "../../../ffi/linux/file.ts";
import { close, O_CREAT, O_RDWR, open } from "../../../ffi/linux/open.ts";

/** Waits until something has ended; returns what has. */
function ended(syncs: DataSyncs, eventFd: number): [tag: number, result: number][] {
  const fds = new Uint8Array(8);
  const view = new DataView(fds.buffer);
  view.setInt32(0, eventFd, true);
  view.setInt16(4, POLLIN, true);
  assert.equal(poll(fds, 1, 10_000), 1);
  read(eventFd, new Uint8Array(8));
  const all: [number, number][] = [];
  syncs.reap((tag, result) => all.push([tag, result]));
  return all;
}

Deno.test("files are made durable while the thread does something else", () => {
  const eventFd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const syncs = DataSyncs.open(eventFd);
  assert.ok(syncs instanceof DataSyncs, `errno ${syncs}`);
  const path = Deno.makeTempFileSync();
  const fd = open(cString(path), O_RDWR | O_CREAT, 0o600);
  pwrite(fd, new Uint8Array(10_000), 0);
  const tags = [1, 2, 0xffff_ffff];
  for (const tag of tags) assert.equal(syncs.submit(fd, tag), 1);
  // What was begun does not need the descriptor any more.
  close(fd);
  const all: [number, number][] = [];
  while (all.length < tags.length) all.push(...ended(syncs, eventFd));
  assert.deepEqual(all.sort(([a], [b]) => a - b), tags.map((tag) => [tag, 0]));
  assert.equal(syncs.submit(fd, 4), -Errno.EBADF);
  close(eventFd);
  Deno.removeSync(path);
});
