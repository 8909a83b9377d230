/**
 * One file of the source into the store, as it was at one instant if it holds still long enough.
 *
 * @module
 */

import { failure, isFailure } from "../host/failure.ts";
import { fstat, pread, type Stat } from "../host/files.ts";
import { CHUNK_BYTES } from "../store/contents/chunk_list.ts";
import { type ContentId, S_IFMT, S_IFREG } from "../store/trees/entry.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { dataRanges } from "./data_ranges.ts";
import { failureText } from "./source_error.ts";

/** What was stored. */
export interface StoredFile {
  readonly content: ContentId;
  /** Bytes in `content`. */
  readonly size: number;
  /** False if the file kept changing: then the bytes may mix several states of it. */
  readonly stable: boolean;
}

/** What a stat must still say after the file was read. */
export type FileState = Pick<
  Stat,
  "mode" | "size" | "blocks" | "mtimeSec" | "mtimeNsec" | "ctimeSec" | "ctimeNsec"
>;

/** Files above this are stored piece by piece, with pauses. */
export const SLICED_BYTES = 32 * 1024 * 1024;
/**
 * A sliced file is stored in no more pieces than this: each leaves a chunk list of the file so far behind, so
 * with 32 of them that is at most 0.3 % of the file.
 */
const SLICES_MAX = 32;
const ATTEMPTS = 3;

/** A read that failed. */
class ReadFailure extends Error {
  constructor(result: number) {
    super(failureText(result));
  }
}

/**
 * Stores what `fd` holds, at once.
 *
 * @param listed what stat said when the file was listed
 * @param last receives what stat says after the last read
 * @returns why it could not be read, if so
 */
export function storeFile(
  store: StoreWriter,
  fd: number,
  listed: FileState,
  last: Stat,
): StoredFile | string {
  try {
    let before = listed;
    for (let attempt = 1;; attempt++) {
      const read = new FileReader(fd);
      const data = mayHaveHoles(before)
        ? (from: number, to: number) => dataRanges(fd, from, to)
        : undefined;
      const content = store.putFile(before.size, read.into, data);
      const stable = endAttempt(fd, last, before, read);
      if (stable || attempt === ATTEMPTS) return { content, size: before.size, stable };
      before = { ...last };
    }
  } catch (error) {
    if (error instanceof ReadFailure) return error.message;
    throw error;
  }
}

/** As {@linkcode storeFile}, of a large file: piece by piece, awaiting `pause` in between, and without its holes. */
export async function storeLargeFile(
  store: StoreWriter,
  fd: number,
  listed: FileState,
  last: Stat,
  pause: (bytes: number) => Promise<void>,
): Promise<StoredFile | string> {
  try {
    let before = listed;
    for (let attempt = 1;; attempt++) {
      const { size } = before;
      const read = new FileReader(fd);
      const slice = Math.max(SLICED_BYTES, Math.ceil(size / SLICES_MAX));
      let content: ContentId | null = null;
      for (let from = 0; from < size || content === null; from += slice) {
        const ranges = dataRanges(fd, from, Math.min(size, from + slice));
        if (content !== null && ranges.length === 0) continue;
        content = store.putChunked(
          size,
          content,
          size,
          ranges,
          read.into,
          (from, to) => dataRanges(fd, from, to),
        );
        await pause(ranges.reduce((bytes, range) => bytes + range.length, 0));
      }
      const stable = endAttempt(fd, last, before, read);
      if (stable || attempt === ATTEMPTS) return { content, size, stable };
      before = { ...last };
    }
  } catch (error) {
    if (error instanceof ReadFailure) return error.message;
    throw error;
  }
}

/** False for most files: those of one chunk that have all the blocks they can have. */
function mayHaveHoles({ size, blocks }: FileState): boolean {
  return size > CHUNK_BYTES || blocks * 512 < size;
}

/** True if the attempt saw one state of the file. */
function endAttempt(fd: number, last: Stat, before: FileState, read: FileReader): boolean {
  const result = fstat(fd, last);
  if (result < 0) throw new ReadFailure(result);
  if ((last.mode & S_IFMT) !== S_IFREG) throw new ReadFailure(failure("ESTALE"));
  return isSame(before, last) && !read.short;
}

function isSame(a: FileState, b: FileState): boolean {
  return a.size === b.size && a.mode === b.mode && a.mtimeSec === b.mtimeSec &&
    a.mtimeNsec === b.mtimeNsec && a.ctimeSec === b.ctimeSec && a.ctimeNsec === b.ctimeNsec;
}

/** Reads at offsets, with zeros after the end of the file. */
class FileReader {
  /** The file ended before what was asked for. */
  short = false;
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  readonly into = (offset: number, into: Uint8Array<ArrayBuffer>, length: number): void => {
    let done = 0;
    while (done < length) {
      const target = done === 0 ? into : into.subarray(done);
      const got = pread(this.#fd, target, offset + done, length - done);
      if (isFailure(got, "EINTR")) continue;
      if (got < 0) throw new ReadFailure(got);
      if (got === 0) {
        into.fill(0, done, length);
        this.short = true;
        return;
      }
      done += got;
    }
  };
}
