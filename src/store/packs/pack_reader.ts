/**
 * Reads ranges of pack files, which it keeps open.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { close, emptyStat, fstat, O_RDONLY, open, pread } from "../../host/files.ts";
import { checkIo } from "../files/io_error.ts";
import { packPath } from "../files/store_paths.ts";

/** Well below the usual limit of 1024 descriptors, and 32 GiB of packs. */
const OPEN_MAX = 128;

const stat = emptyStat();

export class PackReader {
  readonly #directory: string;
  /** Pack number → descriptor, the one opened first in front. */
  readonly #open = new Map<number, number>();

  /** @param directory the store */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Reads `length` bytes at `offset` into the start of `into`. Returns how many there were.
   * Throws `io_error`.
   */
  read(pack: number, offset: number, into: Uint8Array<ArrayBuffer>, length: number): number {
    const fd = this.#open.get(pack) ?? this.#openPack(pack);
    let count = this.#check(pack, pread(fd, into, offset, length));
    while (count < length) {
      const part = into.subarray(count, length);
      const more = this.#check(pack, pread(fd, part, offset + count, length - count));
      if (more === 0) break;
      count += more;
    }
    return count;
  }

  /** Packs that are open. */
  get count(): number {
    return this.#open.size;
  }

  /** Bytes of the pack file now. */
  size(pack: number): number {
    const fd = this.#open.get(pack) ?? this.#openPack(pack);
    checkIo("look at pack", packPath(this.#directory, pack), fstat(fd, stat));
    return stat.size;
  }

  /** Closes the pack, which is going to be removed. */
  forget(pack: number): void {
    const fd = this.#open.get(pack);
    if (fd !== undefined) close(fd);
    this.#open.delete(pack);
  }

  close(): void {
    for (const pack of [...this.#open.keys()]) this.forget(pack);
  }

  #openPack(pack: number): number {
    const path = packPath(this.#directory, pack);
    const fd = checkIo("open pack", path, open(cString(binaryString(path)), O_RDONLY));
    if (this.#open.size >= OPEN_MAX) {
      const [oldest] = this.#open.keys();
      this.forget(oldest!);
    }
    this.#open.set(pack, fd);
    return fd;
  }

  #check(pack: number, result: number): number {
    return result < 0 ? checkIo("read pack", packPath(this.#directory, pack), result) : result;
  }
}
