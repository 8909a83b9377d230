/**
 * The request being answered, decoded in place.
 *
 * @module
 */

import { REQUEST, REQUEST_BYTES } from "../../../ffi/windows/winfsp/protocol.ts";

/** Requests are not larger than the driver's own limit; that of the buffer is a multiple of a page. */
const ROOM = 64 * 1024;

export class Request {
  readonly bytes = new Uint8Array(Math.max(ROOM, REQUEST_BYTES));
  readonly view = new DataView(this.bytes.buffer);
  length = 0;

  /** Takes what {@linkcode bytes} holds; false if that is no request. */
  begin(length: number): boolean {
    this.length = length;
    return length >= REQUEST.SIZE_OF && this.u16(REQUEST.SIZE) === length;
  }

  get kind(): number {
    return this.u32(REQUEST.KIND);
  }

  get hint(): bigint {
    return this.view.getBigUint64(REQUEST.HINT, true);
  }

  u16(at: number): number {
    return this.view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** Beyond 2^53 it loses precision; every use compares it with a limit first. */
  u64(at: number): number {
    return this.view.getUint32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }

  bigint(at: number): bigint {
    return this.view.getBigUint64(at, true);
  }

  /** The bytes of a `BUF`; null if they lie outside of the request. */
  buffer(at: number): Uint8Array<ArrayBuffer> | null {
    const start = REQUEST.BUFFER + this.u16(at);
    const size = this.u16(at + 2);
    return start + size > this.length ? null : this.bytes.subarray(start, start + size);
  }

  /** The text of a `BUF`, without a NUL that ends it; null if it lies outside. */
  text(at: number): string | null {
    const bytes = this.buffer(at);
    if (bytes === null || bytes.length % 2 !== 0) return null;
    let text = "";
    for (let i = 0; i < bytes.length; i += 2) {
      text += String.fromCharCode(bytes[i]! | bytes[i + 1]! << 8);
    }
    return text.endsWith("\0") ? text.slice(0, -1) : text;
  }
}
