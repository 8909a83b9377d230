/**
 * Messages of the FUSE protocol on a stream: each begins with its length, and the stream cuts and glues them as it likes.
 *
 * A request is only looked at, answered, and then taken: so a server that dies leaves the request it was at to the next one,
 * which finds in the journal whether it was carried out.
 *
 * @module
 */

import { IN_HEADER } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";

/** A connected socket. Each call returns a count of bytes, or a negative errno. */
export interface StreamCalls {
  /** Copies what has come to the start of `into`, without taking it. 0: the other side is gone. */
  peek(into: Uint8Array<ArrayBuffer>): number;
  /** Takes as many bytes as `into` has, which have been looked at. */
  take(into: Uint8Array<ArrayBuffer>): number;
  /** Sends the first bytes of `from`, all of them if there is room. */
  send(from: Uint8Array<ArrayBuffer>): number;
  /** Waits until something can be sent. */
  waitToSend(): void;
}

/** What is next on a stream. */
export const Next = { NOTHING: -1, END: -2, BROKEN: -3 } as const;

export class MessageStream {
  readonly #taken: Uint8Array<ArrayBuffer>;
  /** Of the message that is next only a part is there. */
  hasPart = false;

  /** `most`: bytes that a message may have. */
  constructor(readonly calls: StreamCalls, readonly most: number) {
    this.#taken = new Uint8Array(most);
  }

  /**
   * Copies the next message to the start of `into`, if all of it is there, and returns its length; else one of
   * {@linkcode Next}. `BROKEN`: what is there cannot be a message.
   */
  peek(into: Uint8Array<ArrayBuffer>): number {
    const count = this.calls.peek(into);
    this.hasPart = false;
    if (count === 0) return Next.END;
    this.hasPart = count > 0;
    if (count < 4) return Next.NOTHING;
    const length = new DataView(into.buffer, into.byteOffset).getUint32(IN_HEADER.LENGTH, true);
    if (length < IN_HEADER.SIZE || length > this.most) return Next.BROKEN;
    this.hasPart = count < length;
    return this.hasPart ? Next.NOTHING : length;
  }

  /** Takes a message of this length, which was looked at. */
  take(length: number): void {
    for (let at = 0; at < length;) {
      const count = this.calls.take(this.#taken.subarray(0, length - at));
      if (count <= 0) return;
      at += count;
    }
  }

  /**
   * Sends an answer from byte `from` on, and tells how much of it is sent. Returns false if nobody is there to get it.
   */
  send(
    bytes: Uint8Array<ArrayBuffer>,
    from = 0,
    onSent: (bytes: number) => void = () => {},
  ): boolean {
    for (let at = from; at < bytes.length;) {
      const count = this.calls.send(bytes.subarray(at));
      if (count > 0) onSent(at += count);
      else if (count === -Errno.EAGAIN) this.calls.waitToSend();
      else return false;
    }
    return true;
  }
}
