/**
 * Reads files of the source through a few descriptors that stay open.
 *
 * @module
 */

import { isFailure } from "../../host/failure.ts";
import { lseek, SEEK_DATA, SEEK_HOLE } from "../../host/source_files.ts";
import { close, pread } from "../../host/files.ts";
import type { TreeSource } from "./backing.ts";
import type { SourcePath } from "./source_path.ts";

const OPEN_FILES = 32;

export class SourceFiles {
  /** Path → descriptor, least recently used first. */
  readonly #open = new Map<SourcePath, number>();

  constructor(readonly source: TreeSource) {}

  /** Returns the bytes read, short at the end of the file, or a failure. */
  read(
    path: SourcePath,
    offset: number,
    into: Uint8Array<ArrayBuffer>,
    intoOffset: number,
    length: number,
  ): number {
    const fd = this.#descriptor(path);
    if (fd < 0) return fd;
    let done = 0;
    while (done < length) {
      const result = pread(fd, into.subarray(intoOffset + done), offset + done, length - done);
      if (isFailure(result, "EINTR")) continue;
      if (result < 0) return result;
      if (result === 0) break;
      done += result;
    }
    return done;
  }

  /** First byte in `[offset, size)` that is data, or in a hole; `size` if none is. Null where that cannot be told. */
  seek(path: SourcePath, offset: number, size: number, hole: boolean): number | null {
    const fd = this.#descriptor(path);
    if (fd < 0) return null;
    const found = lseek(fd, offset, hole ? SEEK_HOLE : SEEK_DATA);
    if (isFailure(found, "ENXIO")) return hole ? offset : size;
    return found < 0 ? null : Math.min(found, size);
  }

  #descriptor(path: SourcePath): number {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const fd = this.source.openFile(path);
    if (fd < 0) return fd;
    if (this.#open.size >= OPEN_FILES) {
      const [oldest, oldFd] = this.#open.entries().next().value!;
      close(oldFd);
      this.#open.delete(oldest);
    }
    this.#open.set(path, fd);
    return fd;
  }

  close(): void {
    for (const fd of this.#open.values()) close(fd);
    this.#open.clear();
  }
}
