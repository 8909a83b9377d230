/**
 * One file of the source into the store, as it was at one instant if it holds still long enough.
 *
 * @module
 */

import * as libc from "../../ffi/libc.ts";
import { type ContentId, S_IFMT, S_IFREG } from "../store/entry.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { errnoText } from "./source_error.ts";

/** What was stored: `size` bytes, read while the file's attributes were those in `stat` (owned by the reader). */
export interface StoredFile {
  readonly content: ContentId;
  readonly size: number;
  /** False if the file kept changing: then the bytes may mix several states of it. */
  readonly stable: boolean;
}

const ATTEMPTS = 3;

const before = libc.emptyStat();

/** A read that failed with an errno. */
class ReadFailure extends Error {
  constructor(readonly errno: number) {
    super(errnoText(errno));
  }
}

/**
 * Stores what the open regular file `fd` holds. `last` receives its attributes as they were when the
 * reading ended. Returns why it could not be read if so.
 *
 * @param put Stores `size` bytes that it asks for piece by piece; {@linkcode StoreWriter.putFile}.
 */
export function storeOpenFile(
  store: StoreWriter,
  fd: number,
  last: libc.Stat,
): StoredFile | string {
  let failure = libc.fstat(fd, last);
  if (failure < 0) return errnoText(-failure);
  if ((last.mode & S_IFMT) !== S_IFREG) return "it is no longer a regular file";
  for (let attempt = 1;; attempt++) {
    Object.assign(before, last);
    const size = before.size;
    let short = false;
    let content: ContentId;
    try {
      content = store.putFile(size, (offset, into, length) => {
        if (readFully(fd, offset, into, length)) short = true;
      });
    } catch (error) {
      if (error instanceof ReadFailure) return error.message;
      throw error;
    }
    failure = libc.fstat(fd, last);
    if (failure < 0) return errnoText(-failure);
    const stable = !short && last.size === size && last.mtimeSec === before.mtimeSec &&
      last.mtimeNsec === before.mtimeNsec && last.ctimeSec === before.ctimeSec &&
      last.ctimeNsec === before.ctimeNsec;
    if (stable || attempt === ATTEMPTS) return { content, size, stable };
  }
}

/** Fills `into`, with zeros after the end of the file. True if the file ended early. */
function readFully(
  fd: number,
  offset: number,
  into: Uint8Array<ArrayBuffer>,
  length: number,
): boolean {
  let done = 0;
  while (done < length) {
    const target = done === 0 ? into : into.subarray(done);
    const got = libc.pread(fd, target, offset + done, length - done);
    if (got < 0) {
      if (got === -libc.Errno.EINTR) continue;
      throw new ReadFailure(-got);
    }
    if (got === 0) {
      into.fill(0, done, length);
      return true;
    }
    done += got;
  }
  return false;
}
