/**
 * Reads finished journal segments from another thread than the one that writes the journal.
 *
 * @module
 */

import { failureCode, isFailure } from "../../host/failure.ts";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { close, O_RDONLY, open, pread } from "../../host/files.ts";
import { segmentName } from "../../tree/journal/journal.ts";

export class JournalReader {
  readonly #open = new Map<number, number>();

  constructor(readonly directory: string) {}

  /** Fills the first `length` bytes of `into`. Throws if the segment does not have them. */
  read(segment: number, position: number, into: Uint8Array<ArrayBuffer>, length: number): void {
    let done = 0;
    while (done < length) {
      const target = done === 0 ? into : into.subarray(done);
      const result = pread(this.#descriptor(segment), target, position + done, length - done);
      if (isFailure(result, "EINTR")) continue;
      if (result <= 0) {
        throw new Error(
          `Cannot read journal segment ${segment} at ${position}: ${failureCode(result)}`,
        );
      }
      done += result;
    }
  }

  #descriptor(segment: number): number {
    let fd = this.#open.get(segment);
    if (fd === undefined) {
      fd = open(cString(binaryString(`${this.directory}/${segmentName(segment)}`)), O_RDONLY);
      this.#open.set(segment, fd);
    }
    return fd;
  }

  close(): void {
    for (const fd of this.#open.values()) if (fd >= 0) close(fd);
    this.#open.clear();
  }
}

/** Makes what is in a segment survive a power cut. */
export function syncSegment(directory: string, segment: number): void {
  using file = Deno.openSync(`${directory}/${segmentName(segment)}`, { write: true });
  file.syncDataSync();
}
