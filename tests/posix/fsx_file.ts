/**
 * A file and what its bytes have to be.
 *
 * @module
 */

import { errnoName } from "./errno_names.ts";
import {
  close,
  dropPages,
  FALLOC_KEEP_SIZE,
  FALLOC_PUNCH_HOLE,
  FALLOC_ZERO_RANGE,
  fallocate,
  fdatasync,
  ftruncate,
  lseek,
  MAP_SHARED,
  Mapping,
  O_CREAT,
  O_RDWR,
  openat,
  pread,
  PROT_READ,
  PROT_WRITE,
  pwrite,
  SEEK_DATA,
  SEEK_HOLE,
  stat,
} from "./system_calls.ts";

/** Bytes a file may grow to: more than two chunks of the store. */
export const MAX_SIZE = 700_000;

const PAGE = 4096;

const ALLOCATIONS = {
  punch: FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE,
  zero: FALLOC_ZERO_RANGE | FALLOC_KEEP_SIZE,
  "zero and grow": FALLOC_ZERO_RANGE,
  allocate: FALLOC_KEEP_SIZE,
  "allocate and grow": 0,
};

function must(what: string, result: number, expected?: number): void {
  if (result < 0) throw new Error(`${what}: ${errnoName(-result)}`);
  if (expected !== undefined && result !== expected) {
    throw new Error(`${what}: ${result} instead of ${expected}`);
  }
}

export class FileUnderTest {
  /** The bytes; those from {@linkcode size} on are zeros. */
  readonly model = new Uint8Array(MAX_SIZE);
  readonly #buffer = new Uint8Array(MAX_SIZE);
  size = 0;
  fd = -1;
  bytesCompared = 0;

  constructor(readonly path: string) {
    this.#open();
    const value = stat(this.fd, "");
    this.size = typeof value === "number" ? 0 : Math.min(value.size, MAX_SIZE);
    must("cut", ftruncate(this.fd, this.size));
    must("first read", pread(this.fd, this.model, 0), this.size);
  }

  #open(): void {
    this.fd = openat(-100, this.path, O_CREAT | O_RDWR);
    must("open", this.fd);
  }

  copyOfModel(): Uint8Array<ArrayBuffer> {
    return this.model.slice(0, this.size);
  }

  compareSize(): void {
    const value = stat(this.fd, "");
    if (typeof value === "number") throw new Error(`fstat: ${errnoName(-value)}`);
    if (value.size !== this.size) throw new Error(`size ${value.size} instead of ${this.size}`);
  }

  #compare(bytes: Uint8Array, offset: number): void {
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] === this.model[offset + i]) continue;
      let end = i;
      while (end < bytes.length && bytes[end] !== this.model[offset + end]) end++;
      const [is, was] = [bytes[i], this.model[offset + i]];
      throw new Error(`bytes ${offset + i} to ${offset + end} differ: ${is} instead of ${was}`);
    }
    this.bytesCompared += bytes.length;
  }

  read(offset: number, length: number): void {
    const expected = Math.min(length, Math.max(0, this.size - offset));
    const into = this.#buffer.subarray(0, length);
    must("read", pread(this.fd, into, offset), expected);
    this.#compare(into.subarray(0, expected), offset);
  }

  compareWhole(): void {
    this.read(0, MAX_SIZE);
  }

  modelWrite(offset: number, bytes: Uint8Array): void {
    this.model.set(bytes, offset);
    this.size = Math.max(this.size, offset + bytes.length);
  }

  write(offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    must("write", pwrite(this.fd, bytes, offset), bytes.length);
    this.modelWrite(offset, bytes);
  }

  /** Maps the pages that hold `[offset, offset+length)`, cut at the file's end. */
  #map(offset: number, length: number, act: (bytes: Uint8Array, mapping: Mapping) => void): void {
    const end = Math.min(offset + length, this.size);
    if (end <= offset) return;
    const start = offset - offset % PAGE;
    const mapping = Mapping.of(this.fd, end - start, PROT_READ | PROT_WRITE, MAP_SHARED, start);
    if (typeof mapping === "number") throw new Error(`mmap: ${errnoName(-mapping)}`);
    try {
      act(mapping.bytes.subarray(offset - start), mapping);
    } finally {
      mapping.end();
    }
  }

  mapRead(offset: number, length: number): void {
    this.#map(offset, length, (bytes) => this.#compare(bytes, offset));
  }

  mapWrite(offset: number, bytes: Uint8Array, sync: boolean): void {
    this.#map(offset, bytes.length, (mapped, mapping) => {
      mapped.set(bytes);
      this.modelWrite(offset, bytes);
      if (sync) must("msync", mapping.sync());
    });
  }

  truncate(size: number): void {
    must("ftruncate", ftruncate(this.fd, size));
    if (size < this.size) this.model.fill(0, size, this.size);
    this.size = size;
  }

  allocate(how: keyof typeof ALLOCATIONS, offset: number, length: number): void {
    must(how, fallocate(this.fd, ALLOCATIONS[how], offset, length));
    const end = offset + length;
    if (!how.startsWith("allocate")) this.model.fill(0, offset, Math.min(end, this.size));
    if (how.endsWith("grow")) this.size = Math.max(this.size, end);
  }

  forgetPages(): void {
    must("fdatasync", fdatasync(this.fd));
    must("posix_fadvise", dropPages(this.fd));
  }

  reopen(): void {
    must("close", close(this.fd));
    this.#open();
  }

  /** Everything but zeros has to be found as data, and what is found as a hole has to be zeros. */
  checkHoles(): void {
    for (let at = 0; at < this.size;) {
      const found = lseek(this.fd, at, SEEK_DATA);
      const data = found < 0 ? this.size : found;
      for (let i = at; i < data; i++) {
        if (this.model[i] !== 0) throw new Error(`byte ${i} is said to be in a hole up to ${data}`);
      }
      if (data >= this.size) return;
      at = lseek(this.fd, data, SEEK_HOLE);
      if (at <= data) throw new Error(`there is a hole at ${at}, where data was found`);
    }
  }

  /** The file was replaced by another of that name, with these bytes. */
  replacedBy(bytes: Uint8Array): void {
    this.reopen();
    this.model.fill(0);
    this.model.set(bytes);
    this.size = bytes.length;
    this.compareSize();
    this.compareWhole();
  }

  end(): void {
    close(this.fd);
  }
}
