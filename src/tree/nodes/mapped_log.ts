/**
 * Appending to a file by writing to memory: no system call for each record.
 *
 * What is written is in the page cache, as with write(2), so it survives this process. Should the process be killed
 * in the middle of an {@linkcode MappedLog.append}, a reader finds a zero where the appended bytes begin: that byte
 * is written last. The file is longer than what was appended, by zeros.
 *
 * @module
 */

import { mapFile, type Mapping, MAPPING_ALIGNMENT } from "../../host/mapping.ts";
import { type FileCalls, SYSTEM_CALLS } from "../../store/files/file_calls.ts";

/** Bytes that the file grows by. */
const WINDOW_BYTES = 1024 * 1024;

export class MappedLog {
  #window: Mapping | null = null;
  /** Where in the file the window begins and ends. */
  #start = 0;
  #end = 0;

  constructor(readonly fd: number, readonly calls: FileCalls = SYSTEM_CALLS) {}

  /**
   * Puts the first `length` bytes of `bytes` at `position`, which is behind everything appended before; the first of
   * them is not 0. Returns false, and has done nothing, if the file cannot be grown or mapped.
   */
  append(bytes: Uint8Array, length: number, position: number): boolean {
    if (position + length > this.#end && !this.#move(position, length)) return false;
    const memory = this.#window!.bytes;
    const at = position - this.#start;
    memory.set(bytes.subarray(1, length), at + 1);
    Atomics.store(memory, at, bytes[0]!);
    return true;
  }

  #move(position: number, length: number): boolean {
    this.close();
    const start = position - position % MAPPING_ALIGNMENT;
    const needed = position + length - start;
    const size = Math.ceil(needed / WINDOW_BYTES) * WINDOW_BYTES;
    // With blocks of its own: to write to a page that the disk has no room for would end the process.
    if (this.calls.fallocate(this.fd, start, size) < 0) return false;
    this.#window = mapFile(this.fd, start, size);
    if (this.#window === null) return false;
    this.#start = start;
    this.#end = start + size;
    return true;
  }

  close(): void {
    this.#window?.unmap();
    this.#window = null;
    this.#end = 0;
  }
}
