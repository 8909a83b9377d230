/**
 * The response being made: a fixed part, and what a `BUF` in it refers to.
 *
 * @module
 */

import { RESPONSE, RESPONSE_BYTES } from "../../../ffi/windows/winfsp/protocol.ts";

export class Response {
  readonly bytes = new Uint8Array(RESPONSE_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  #end: number = RESPONSE.SIZE_OF;

  begin(kind: number, hint: bigint): void {
    this.bytes.fill(0, 0, RESPONSE.SIZE_OF);
    this.u32(RESPONSE.KIND, kind);
    this.view.setBigUint64(RESPONSE.HINT, hint, true);
    this.#end = RESPONSE.SIZE_OF;
  }

  /** What the driver is given. Of what failed only the status counts. */
  finish(status: number): Uint8Array<ArrayBuffer> {
    this.u32(RESPONSE.STATUS, status);
    const length = (this.#end + 7) & ~7;
    this.bytes.fill(0, this.#end, length);
    this.view.setUint16(RESPONSE.SIZE, length, true);
    return this.bytes.subarray(0, length);
  }

  set information(value: number) {
    this.u32(RESPONSE.INFORMATION, value);
  }

  u16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }

  u32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  u64(at: number, value: number): void {
    this.view.setUint32(at, value % 2 ** 32, true);
    this.view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  }

  bigint(at: number, value: bigint): void {
    this.view.setBigUint64(at, value, true);
  }

  /** Lays bytes behind the rest, and a `BUF` that refers to them at `at`. False if there is no room. */
  buffer(at: number, bytes: Uint8Array): boolean {
    if (this.#end + bytes.length > RESPONSE_BYTES) return false;
    this.u16(at, this.#end - RESPONSE.BUFFER);
    this.u16(at + 2, bytes.length);
    this.bytes.set(bytes, this.#end);
    this.#end += bytes.length;
    return true;
  }

  text(at: number, text: string): boolean {
    return this.buffer(at, utf16(text));
  }
}

export function utf16(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit & 0xff;
    bytes[2 * i + 1] = unit >> 8;
  }
  return bytes;
}
