/**
 * The answer to a listing: names, each with what is known of it and the position behind it.
 *
 * @module
 */

import { DIR_INFO } from "../../../ffi/windows/winfsp/protocol.ts";

/** Largest answer: the driver asks for less. */
const ROOM = 256 * 1024;
const bytes = new Uint8Array(ROOM);
const view = new DataView(bytes.buffer);

/** Lays the names of an answer, one after the other. */
export class DirectoryWriter {
  length = 0;

  readonly limit: number;

  /** `limit`: what whoever asks has room for. */
  constructor(limit: number) {
    this.limit = Math.min(limit, ROOM);
  }

  /** False if there is no room. `layInfo` lays FILE_INFO. */
  add(name: string, next: number, layInfo: (view: DataView, at: number) => void): boolean {
    const size = DIR_INFO.NAME + 2 * name.length;
    const at = this.length;
    if (at + size > this.limit) return false;
    bytes.fill(0, at, at + DIR_INFO.NAME);
    view.setUint16(at + DIR_INFO.SIZE, size, true);
    layInfo(view, at + DIR_INFO.FILE_INFO);
    view.setBigUint64(at + DIR_INFO.NEXT_OFFSET, BigInt(next), true);
    for (let i = 0; i < name.length; i++) {
      view.setUint16(at + DIR_INFO.NAME + 2 * i, name.charCodeAt(i), true);
    }
    this.length = (at + size + 7) & ~7;
    return true;
  }

  /** All names were added. */
  end(): void {
    if (this.length + 2 > this.limit) return;
    view.setUint16(this.length, 0, true);
    this.length += 2;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return bytes.subarray(0, Math.min(this.length, this.limit));
  }
}
