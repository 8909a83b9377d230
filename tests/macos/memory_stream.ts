/**
 * A connection in memory, which cuts what goes through it anywhere: fuse-t's server and a session, each at an end.
 *
 * @module
 */

import type { StreamCalls } from "../../src/mount/macos/message_stream.ts";

const EAGAIN = 11;
/** So much may wait to be read. */
const ROOM = 4 * 1024 * 1024;

class Pipe {
  #bytes = new Uint8Array(0);
  isClosed = false;

  get length(): number {
    return this.#bytes.length;
  }

  put(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
  }

  peek(into: Uint8Array): number {
    const count = Math.min(into.length, this.#bytes.length);
    into.set(this.#bytes.subarray(0, count));
    return count;
  }

  take(count: number): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, count);
    this.#bytes = this.#bytes.slice(count);
    return taken;
  }
}

export class MemoryStream {
  readonly #requests = new Pipe();
  readonly #replies = new Pipe();

  /** `most`: bytes that one call takes or gives, drawn anew each time. */
  constructor(readonly most: () => number = () => ROOM) {}

  /** The session's end. */
  readonly session: StreamCalls = {
    peek: (into) => {
      if (this.#requests.length === 0) return this.#requests.isClosed ? 0 : -EAGAIN;
      return this.#requests.peek(into);
    },
    take: (into) => {
      const bytes = this.#requests.take(Math.min(into.length, this.most()));
      into.set(bytes);
      return bytes.length;
    },
    send: (from) => {
      const count = Math.min(from.length, this.most(), ROOM - this.#replies.length);
      if (count <= 0) return -EAGAIN;
      this.#replies.put(from.subarray(0, count));
      return count;
    },
    waitToSend: () => {
      throw new Error("Nobody reads the answers");
    },
  };

  /** The server's end. */
  send(bytes: Uint8Array): void {
    this.#requests.put(bytes);
  }

  close(): void {
    this.#requests.isClosed = true;
  }

  /** The next answer, whole; null if there is none. */
  receive(): Uint8Array<ArrayBuffer> | null {
    const length = new Uint8Array(4);
    if (this.#replies.peek(length) < 4) return null;
    const size = new DataView(length.buffer).getUint32(0, true);
    return this.#replies.length < size ? null : this.#replies.take(size);
  }

  /** Bytes of requests that the session has not taken. */
  get untaken(): number {
    return this.#requests.length;
  }
}
