/**
 * `nfs_server.ts MOUNTPOINT`: plays fuse-t's server. It speaks macOS's dialect on descriptor 3, mounts when its INIT is
 * answered, and passes on what Linux' kernel asks, each request as it comes. What it has seen it believes for a second.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { IN_HEADER, OUT_HEADER } from "../../../ffi/fuse_kernel.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  PollSet,
  setNonblocking,
} from "../../../ffi/linux/descriptor.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import { read, write } from "../../../ffi/linux/file.ts";
import { mountSession } from "../../../ffi/linux/libfuse3.ts";
import { Translator } from "../bridge.ts";

const STREAM = 3;
const CACHE_SECONDS = 1;
const BUFFER_BYTES = 2 ** 20 + 8192;
const [mountpoint] = Deno.args;

class Stream {
  #come = new Uint8Array(0);

  send(bytes: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; at < bytes.length;) {
      const count = write(STREAM, bytes.subarray(at));
      if (count < 0) throw new Error(`The stream takes nothing: ${count}`);
      at += count;
    }
  }

  /** Waits for something. False: nobody is there any more. */
  read(): boolean {
    const buffer = new Uint8Array(BUFFER_BYTES);
    const count = read(STREAM, buffer);
    if (count <= 0) return false;
    const joined = new Uint8Array(this.#come.length + count);
    joined.set(this.#come);
    joined.set(buffer.subarray(0, count), this.#come.length);
    this.#come = joined;
    return true;
  }

  /** The next answer that is there whole. */
  next(): Uint8Array<ArrayBuffer> | null {
    if (this.#come.length < 4) return null;
    const size = new DataView(this.#come.buffer).getUint32(0, true);
    if (this.#come.length < size) return null;
    const answer = this.#come.slice(0, size);
    this.#come = this.#come.slice(size);
    return answer;
  }
}

const stream = new Stream();
const translator = new Translator({ cacheSeconds: CACHE_SECONDS });
stream.send(translator.greeting());
let greeted: Uint8Array<ArrayBuffer> | null = null;
while ((greeted = stream.next()) === null) if (!stream.read()) Deno.exit(1);
translator.greeted(greeted);

const session = mountSession(binaryString(mountpoint!), [
  "fsname=agentvfs",
  "subtype=agentvfs",
  "default_permissions",
]);
if (session === null) throw new Error("Cannot mount");
setNonblocking(session.fd);
const waits = new PollSet([session.fd, STREAM]);
const buffer = new Uint8Array(BUFFER_BYTES);
const asked = new Map<bigint, Uint8Array<ArrayBuffer>>();
/** A server that dies between sending an answer and noting that leaves it to the next one to send it again. */
let last: bigint | null = null;

const answer = (bytes: Uint8Array<ArrayBuffer>) => void write(session.fd, bytes);
for (;;) {
  if (waits.wait(2, -1) < 0) continue;
  if ((waits.events(0) & (POLLIN | POLLERR | POLLHUP)) !== 0) {
    const length = read(session.fd, buffer);
    if (length === -Errno.ENODEV) break;
    if (length > 0) {
      const request = buffer.slice(0, length);
      const said = translator.say(request);
      if (said === null) continue;
      if ("answer" in said) answer(said.answer);
      else {
        asked.set(new DataView(request.buffer).getBigUint64(IN_HEADER.UNIQUE, true), request);
        stream.send(said.request);
      }
    }
  }
  if ((waits.events(1) & (POLLIN | POLLERR | POLLHUP)) === 0) continue;
  if (!stream.read()) break;
  for (let next; (next = stream.next()) !== null;) {
    const id = new DataView(next.buffer).getBigUint64(OUT_HEADER.UNIQUE, true);
    const request = asked.get(id);
    if (request === undefined && id === last) continue;
    last = id;
    if (request === undefined) throw new Error(`An answer to ${id}, which nobody asked or has`);
    asked.delete(id);
    answer(translator.hear(next, request));
  }
}
session.unmount();
Deno.exit(0);
